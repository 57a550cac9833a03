#include "store/sqlite_store.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/key_record_for_test.hpp"

namespace weir::store {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// For writers that wait for one another on a machine that stalls at times.
constexpr milliseconds kPatience = std::chrono::minutes(1);

class SqliteFile : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<SqliteStore> open() {
    auto store = SqliteStore::open({.path = path_});
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }

  /// The result of opening the file as it is.
  [[nodiscard]] std::string refusal() {
    const auto store = SqliteStore::open({.path = path_});
    if (store) return "opened";
    EXPECT_EQ(store.error().code, Errc::store_failed);
    return store.error().detail;
  }

  /// Runs SQL as another program would.
  void run_sql(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  /// The result of a query on a new connection, as text.
  [[nodiscard]] std::string ask(const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    std::string answer;
    sqlite3_exec(
        database, sql,
        [](void* to, int, char** values, char**) {
          *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
          return 0;
        },
        &answer, nullptr);
    sqlite3_close(database);
    return answer;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/weir.db";
};

mode_t mode_of(const std::string& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST_F(SqliteFile, IsMadeForItsOwnerAloneWithItsLogs) {
  const mode_t before = ::umask(0);
  const auto store = open();
  ASSERT_TRUE(store->create(key(1)));
  ::umask(before);

  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
  EXPECT_EQ(mode_of(path_ + "-shm"), 0600U);
}

TEST_F(SqliteFile, KeepsItsKeysFromOneOpenToTheNext) {
  ASSERT_TRUE(open()->create(key(1)));

  const auto keys = open()->list();

  ASSERT_EQ(keys->size(), 1);
  EXPECT_EQ(keys->front(), key(1));
  EXPECT_EQ(ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ask("PRAGMA user_version"), "7");
}

TEST_F(SqliteFile, HoldsNeitherKeyTextNorAnythingLikeIt) {
  // Displayed of a key are twelve characters of prefix and the last four; nothing else is stored.
  ASSERT_TRUE(open()->create(key(1)));
  EXPECT_EQ(ask("SELECT group_concat(name) FROM pragma_table_info('key_secrets')"),
            "seq,key_seq,digest,prefix,last4,created_at,valid_until");
}

TEST_F(SqliteFile, AChangeThroughAnotherConnectionMovesTheVersion) {
  const auto server = open();
  const auto command_line = open();
  const auto before = server->version();
  ASSERT_TRUE(before);

  ASSERT_TRUE(command_line->create(key(1)));

  EXPECT_NE(*server->version(), *before);
  EXPECT_EQ(server->list()->size(), 1);
  EXPECT_EQ(*server->version(), *server->version());
}

TEST_F(SqliteFile, AChangeByAnotherProgramMovesTheVersion) {
  const auto server = open();
  ASSERT_TRUE(server->create(key(1)));
  const auto before = server->version();

  run_sql("UPDATE keys SET state = 'disabled'");

  EXPECT_NE(*server->version(), *before);
  EXPECT_EQ(server->list()->front().state, KeyState::disabled);
}

TEST_F(SqliteFile, ManyOpenersOfANewFileAllSucceed) {
  for (int round = 0; round < 5; ++round) {
    TemporaryDirectory directory;
    const SqliteOptions options{.path = directory.path() + "/weir.db", .busy_timeout = kPatience};
    constexpr int kOpeners = 8;
    std::latch start(kOpeners);
    std::vector<std::thread> threads;
    for (int i = 0; i < kOpeners; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        const auto store = SqliteStore::open(options);
        ASSERT_TRUE(store) << store.error().text();
        EXPECT_TRUE((*store)->create(key(i)));
      });
    }
    for (std::thread& thread : threads) thread.join();
    const auto store = SqliteStore::open(options);
    EXPECT_EQ((*store)->list()->size(), kOpeners);
  }
}

TEST_F(SqliteFile, WritersInSeparateConnectionsWaitForOneAnother) {
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&, writer] {
      const auto store = SqliteStore::open({.path = path_, .busy_timeout = kPatience});
      ASSERT_TRUE(store) << store.error().text();
      for (int i = 0; i < 20; ++i) {
        const auto done = (*store)->create(key(writer * 100 + i));
        EXPECT_TRUE(done) << done.error().text();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(open()->list()->size(), 80);
}

TEST_F(SqliteFile, AWriterThatIsKeptOutSaysSo) {
  const auto store = SqliteStore::open({.path = path_, .busy_timeout = milliseconds(1)});
  ASSERT_TRUE(store);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

  const auto done = (*store)->create(key(1));

  EXPECT_EQ(done.error().code, Errc::store_failed);
  EXPECT_THAT(done.error().detail, HasSubstr("locked by another process"));
  EXPECT_TRUE((*store)->list()) << "reading goes on";
  sqlite3_close(other);
  EXPECT_TRUE((*store)->create(key(1)));
}

TEST_F(SqliteFile, OfANewerWeirIsRefusedAndLeftAlone) {
  ASSERT_TRUE(open()->create(key(1)));
  run_sql("PRAGMA user_version = 99");

  EXPECT_THAT(refusal(), HasSubstr("newer version of Weir (schema 99, this one supports up to 7)"));
  EXPECT_EQ(ask("PRAGMA user_version"), "99");
}

/// The file was written by the first released schema: `weir keys create ci --rpm 600 …`, rotated
/// once; `plain`; and `gone --rpm 5`, revoked.
TEST_F(SqliteFile, OfTheFirstSchemaIsBroughtUpToDateWithAllItsKeys) {
  std::filesystem::copy_file("schema_1_for_test.sqlite", path_);
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  ASSERT_EQ(ask("PRAGMA user_version"), "1");

  const auto store = open();
  ASSERT_NE(store, nullptr);
  const auto keys = store->list();

  EXPECT_EQ(ask("PRAGMA user_version"), "7");
  EXPECT_TRUE(store->check_integrity());
  ASSERT_EQ(keys->size(), 3);
  const KeyRecord& ci = keys->at(0);
  EXPECT_EQ(ci.name, "ci");
  EXPECT_EQ(ci.grant.limits, limit::Limits{.requests_per_minute = 600});
  EXPECT_TRUE(ci.grant.model_limits.empty());
  EXPECT_THAT(ci.grant.models, testing::ElementsAre("Qwen/*", "demo/*"));
  EXPECT_THAT(ci.grant.sub_types, testing::ElementsAre("chat"));
  EXPECT_THAT(ci.grant.networks, testing::ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(ci.secrets.size(), 2);
  EXPECT_EQ(keys->at(1).grant.limits, limit::Limits{});
  EXPECT_EQ(keys->at(2).state, KeyState::revoked);

  KeyRecord fresh = key(1);
  fresh.grant.limits.max_in_flight = 3;
  fresh.grant.model_limits = {{"Qwen/*", {.tokens_per_day = 1'000}}};
  ASSERT_TRUE(store->create(fresh));
  EXPECT_EQ(*store->find(fresh.id), fresh);
}

/// The file has a row of usage and a writer "w" whose last batch was its seventh.
TEST_F(SqliteFile, OfTheThirdSchemaKeepsItsUsage) {
  std::filesystem::copy_file("schema_3_for_test.sqlite", path_);
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  ASSERT_EQ(ask("PRAGMA user_version"), "3");
  const Day day = std::chrono::sys_days(std::chrono::days(20786));
  const UsageFilter that_day{.from = day, .to = day};
  const UsageRow kept{day, "config:ci", "demo/chat", {3, 1, 300, 400, 5, 2}};

  const auto store = open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(ask("PRAGMA user_version"), "7");
  EXPECT_TRUE(store->check_integrity());
  EXPECT_THAT(*store->usage(that_day), testing::ElementsAre(kept));

  const UsageCounts more{1, 0, 20, 30, 0, 0, 12, 25, 4, 50};
  UsageRow sum = kept;
  sum.counts.add(more);
  for (const std::int64_t number : {7, 8}) {
    UsageBatch batch{.writer = "w", .number = number, .made_at = WallTime(day), .rows = {}};
    batch.rows.push_back({day, "config:ci", "demo/chat", more});
    ASSERT_TRUE(store->add_usage(batch));
  }
  EXPECT_THAT(*store->usage(that_day), testing::ElementsAre(sum)) << "batch 7 was there";
}

TEST_F(SqliteFile, OfAnotherProgramIsRefusedAndLeftAlone) {
  run_sql("CREATE TABLE recipes (title TEXT)");

  EXPECT_THAT(refusal(), HasSubstr("another program's database"));
  EXPECT_EQ(ask("PRAGMA journal_mode"), "delete");
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsRefused) {
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_THAT(refusal(), HasSubstr("not Weir's database"));
}

TEST_F(SqliteFile, ThatIsEmptyIsTakenAsNew) {
  std::ofstream(path_).flush();
  EXPECT_TRUE(open()->list()->empty());
}

TEST_F(SqliteFile, ThatIsDamagedSaysSo) {
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(store->create(key(i)));
  }
  {
    // Overwrites everything behind the first page.
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(64 * 1024, '\xff');
  }
  const auto store = SqliteStore::open({.path = path_});
  const std::string said = store ? (*store)->list().error().detail : store.error().detail;
  EXPECT_THAT(said, HasSubstr("the file is damaged; restore it from a backup"));
  EXPECT_THAT(said, HasSubstr(path_));
  if (store) EXPECT_FALSE((*store)->check_integrity());
}

TEST_F(SqliteFile, InADirectoryThatIsNotThereSaysSo) {
  path_ = directory_.path() + "/none/weir.db";
  EXPECT_THAT(refusal(), HasSubstr("cannot be created: No such file or directory"));
}

TEST_F(SqliteFile, ThatIsADirectorySaysSo) {
  path_ = directory_.path();
  EXPECT_THAT(refusal(), HasSubstr(directory_.path() + ": is not a regular file"));
}

TEST_F(SqliteFile, ThatIsAPipeIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr(path_ + ": is not a regular file"));
}

TEST_F(SqliteFile, ThatOthersCanWriteIsRefused) {
  ASSERT_TRUE(open());
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    const auto file = path_ + part;
    std::ofstream(file, std::ios::app).flush();
    for (const mode_t mode : {0660U, 0602U, 0666U}) {
      ASSERT_EQ(::chmod(file.c_str(), mode), 0);
      EXPECT_THAT(refusal(), HasSubstr(file + ": is writable by other users")) << mode;
      EXPECT_THAT(refusal(), HasSubstr("chmod 600 " + file));
    }
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    EXPECT_TRUE(open());
  }
}

TEST_F(SqliteFile, ThatALinkLeadsToIsLookedAtWithWhatIsBesideIt) {
  ASSERT_TRUE(open());
  const auto real = path_;
  path_ = directory_.path() + "/link.db";
  std::filesystem::create_symlink(real, path_);
  ASSERT_TRUE(open());
  std::ofstream(real + "-wal").flush();
  ASSERT_EQ(::chmod((real + "-wal").c_str(), 0666), 0);
  EXPECT_THAT(refusal(), HasSubstr(real + "-wal: is writable by other users"));
}

TEST_F(SqliteFile, ThatEveryoneCanReadIsAWarning) {
  EXPECT_TRUE(SqliteStore::warnings(path_).empty());
  ASSERT_TRUE(open());
  EXPECT_TRUE(SqliteStore::warnings(path_).empty());
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  EXPECT_TRUE(open());
  EXPECT_THAT(SqliteStore::warnings(path_),
              testing::ElementsAre(path_ +
                                   ": is readable by other users (mode 0644); expected a file "
                                   "accessible to its owner only: chmod 600 " +
                                   path_));
}

TEST_F(SqliteFile, NeedsTheNameOfAFile) {
  for (const char* name : {"", ":memory:"}) {
    path_ = name;
    EXPECT_THAT(refusal(), HasSubstr("is not a file name"));
  }
}

TEST_F(SqliteFile, FullSaysSoAndLosesNothing) {
  ASSERT_TRUE(open());
  const auto store = SqliteStore::open({.path = path_, .max_pages = 24});
  ASSERT_TRUE(store) << store.error().text();
  int kept = 0;
  Result<> done;
  while (kept < 10'000 && (done = (*store)->create(key(kept)))) ++kept;

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::store_failed);
  EXPECT_THAT(done.error().detail, HasSubstr("database or disk is full; free some disk space"));
  EXPECT_EQ((*store)->list()->size(), kept);
  EXPECT_TRUE((*store)->check_integrity());
  EXPECT_TRUE(open()->create(key(kept)));
}

TEST_F(SqliteFile, ThatMayNotBeWrittenSaysSo) {
  ASSERT_TRUE(open()->create(key(1)));
  ASSERT_EQ(::chmod(path_.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0555), 0);
  // Root may write anything, so an unprivileged child tries.
  int said[2];
  ASSERT_EQ(::pipe(said), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(1);
    const auto store = SqliteStore::open({.path = path_});
    const auto done = store ? (*store)->create(key(2)) : std::unexpected(store.error());
    const std::string text = done ? "written" : done.error().detail;
    ::_exit(::write(said[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  ::close(said[1]);
  std::string text(1000, '\0');
  const auto size = ::read(said[0], text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  ::close(said[0]);
  ::waitpid(child, nullptr, 0);
  ::chmod(directory_.path().c_str(), 0755);

  EXPECT_THAT(text, HasSubstr("this user cannot write"));
}

}  // namespace
}  // namespace weir::store
