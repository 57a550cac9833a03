// Usage in a file of its own: what that spares keys, and the move of what older versions left.
#include <filesystem>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/detail/sqlite.hpp"
#include "store/key_record_for_test.hpp"
#include "store/kill_loop_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const Day kDay{days(20'000)};
const UsageFilter kAllDays{.from = kDay - days(1'000), .to = kDay + days(1'000)};

UsageBatch batch(std::string writer, std::int64_t number, int rows = 1) {
  UsageBatch made{.writer = std::move(writer), .number = number, .made_at = kDay, .rows = {}};
  for (int i = 0; i < rows; ++i) {
    made.rows.push_back({kDay, fmt::format("key_{}", i), "m", {.requests = 1}});
  }
  return made;
}

class UsageFile : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<SqliteStore> open(const SqliteOptions& options) {
    auto store = SqliteStore::open(options);
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }

  [[nodiscard]] std::unique_ptr<SqliteStore> open() { return open({.path = path_}); }

  /// Runs SQL as another process would.
  void run_sql(const std::string& path, const std::string& sql) {
    const auto other = detail::Connection::open(path, std::chrono::minutes(1));
    ASSERT_TRUE(other) << other.error().text();
    const auto done = other->execute(sql.c_str());
    ASSERT_TRUE(done) << done.error().text();
  }

  /// As a server of an older version does: `rows` rows of a request each.
  void write_as_before(int rows, std::int64_t number) {
    run_sql(path_,
            fmt::format(
                "BEGIN IMMEDIATE;"
                "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                "INSERT INTO usage (day, key_id, model, requests, failed, prompt_tokens, "
                "completion_tokens, images, estimated) "
                "SELECT 20000, 'key_' || i, 'm', 1, 0, 2, 3, 0, 0 FROM n WHERE true "
                "ON CONFLICT DO UPDATE SET requests = requests + 1;"
                "INSERT INTO usage_writers VALUES ('before', {}, 0) "
                "ON CONFLICT DO UPDATE SET last_number = excluded.last_number;"
                "COMMIT",
                rows - 1, number));
  }

  [[nodiscard]] static std::int64_t requests(SqliteStore& store) {
    const auto rows = store.usage(kAllDays);
    EXPECT_TRUE(rows) << rows.error().text();
    std::int64_t sum = 0;
    if (rows) {
      for (const UsageRow& row : *rows) sum += row.counts.requests;
    }
    return sum;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/weir.db";
  std::string usage_path_ = directory_.path() + "/weir-usage.db";
};

TEST_F(UsageFile, LiesBesideTheKeysForItsOwnerAlone) {
  const auto store = open();
  ASSERT_TRUE(store->create(key(1)));
  EXPECT_FALSE(std::filesystem::exists(usage_path_)) << "keys do not need it";
  ASSERT_TRUE(store->add_usage(batch("w", 1)));

  struct stat facts = {};
  ASSERT_EQ(::stat(usage_path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600);
  EXPECT_EQ(SqliteStore::usage_path("a/weir.db"), "a/weir-usage.db");
  EXPECT_EQ(SqliteStore::usage_path("weir"), "weir-usage");
  EXPECT_EQ(SqliteStore::usage_path("/a.b/weir"), "/a.b/weir-usage");
}

TEST_F(UsageFile, FullDoesNotHoldUpKeys) {
  const auto store = open({.path = path_, .usage_max_pages = 20});
  const auto full = store->add_usage(batch("w", 1, 10'000));

  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().detail, AllOf(HasSubstr("weir-usage.db"), HasSubstr("usage.store_bytes"),
                                         HasSubstr("weir usage prune")));
  KeySecret next;
  next.digest[1] = std::byte{1};
  EXPECT_TRUE(store->create(key(1)));
  EXPECT_TRUE(store->rotate(key(1).id, next, kDay));
  EXPECT_TRUE(store->revoke(key(1).id, kDay));
  EXPECT_TRUE(store->add_usage(batch("w", 1))) << "what fits is added";
}

TEST_F(UsageFile, DamagedOrLockedDoesNotHoldUpKeys) {
  ASSERT_TRUE(open()->add_usage(batch("w", 1)));
  const auto store = open({.path = path_, .busy_timeout = milliseconds(0)});
  const auto other = detail::Connection::open(usage_path_, milliseconds(0));
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  EXPECT_FALSE(store->add_usage(batch("w", 2)));
  EXPECT_TRUE(store->create(key(1)));
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_TRUE(store->add_usage(batch("w", 2)));

  std::filesystem::resize_file(usage_path_, 100);
  const auto again = open();
  EXPECT_FALSE(again->add_usage(batch("w", 3)));
  EXPECT_TRUE(again->create(key(2)));
}

TEST_F(UsageFile, MadeWritableByOthersIsRefused) {
  ASSERT_TRUE(open()->add_usage(batch("w", 1)));
  ASSERT_EQ(::chmod(usage_path_.c_str(), 0666), 0);
  const auto refused = SqliteStore::open({.path = path_});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("weir-usage.db"));
}

TEST_F(UsageFile, IsNoStore) {
  ASSERT_TRUE(open()->add_usage(batch("w", 1)));
  const auto refused = SqliteStore::open({.path = usage_path_});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("another program's database"));
}

TEST_F(UsageFile, WrittenByAnotherProcessIsNoChangeOfKeys) {
  const auto server = open();
  const auto other = open();
  ASSERT_TRUE(other->add_usage(batch("w", 1)));
  const auto before = *server->version();
  ASSERT_TRUE(other->add_usage(batch("w", 2)));
  ASSERT_EQ(*other->delete_usage(kDay + days(1), 10), 1);
  EXPECT_EQ(*server->version(), before);
  ASSERT_TRUE(other->create(key(1)));
  EXPECT_NE(*server->version(), before);
}

TEST_F(UsageFile, GetsWhatAnOlderVersionWritesWhileItDrains) {
  const auto store = open();
  write_as_before(25, 1);
  const auto version = *store->version();
  while (*store->move_usage(10)) {
  }
  EXPECT_EQ(*store->version(), version) << "moving is no change of keys";
  EXPECT_EQ(requests(*store), 25);
  write_as_before(30, 2);
  EXPECT_EQ(requests(*store), 55);
  EXPECT_FALSE(*store->move_usage(10));

  // Its file of usage is read once it has ended: these batches were in the store.
  ASSERT_TRUE(store->add_usage(batch("before", 1)));
  ASSERT_TRUE(store->add_usage(batch("before", 2)));
  EXPECT_EQ(requests(*store), 55);
  ASSERT_TRUE(store->add_usage(batch("before", 3)));
  EXPECT_EQ(requests(*store), 56);
}

TEST_F(UsageFile, FreesAStoreThatUsageHasFilled) {
  ASSERT_TRUE(open());
  write_as_before(5'000, 1);
  const auto pages = static_cast<std::int64_t>(std::filesystem::file_size(path_)) / 4096;
  const auto store = open({.path = path_, .max_pages = pages});
  EXPECT_TRUE(store->create(key(1)));
  EXPECT_EQ(requests(*store), 5'000);

  const auto emptied = open({.path = path_, .max_pages = pages});
  for (int i = 2; i < 100; ++i) EXPECT_TRUE(emptied->create(key(i)));
}

TEST_F(UsageFile, FullLeavesTheRestInTheStoreUntilThereIsRoom) {
  ASSERT_TRUE(open());
  write_as_before(5'000, 1);
  EXPECT_FALSE(open({.path = path_, .usage_max_pages = 8})->usage(kAllDays));
  EXPECT_EQ(requests(*open()), 5'000);
}

/// Moves a row or two at a time until it is killed. No test assertion may run in here.
[[noreturn]] void move_until_killed(const std::string& path, int pipe) {
  const auto store = SqliteStore::open({.path = path});
  if (!store) ::_exit(1);
  for (int number = 0;; ++number) {
    const auto moved = (*store)->move_usage(2);
    if (!moved) ::_exit(2);
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(3);
  }
}

TEST_F(UsageFile, KilledAtAnyMomentOfAMoveLosesAndDoublesNothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  ASSERT_TRUE(open());
  constexpr int kRows = 400;
  write_as_before(kRows, 1);
  int expected = kRows;
  for (int cycle = 0; cycle < kKillCycles; ++cycle) {
    ASSERT_NO_FATAL_FAILURE(kill_at_a_random_moment<int>(
        random, [&](int pipe) { move_until_killed(path_, pipe); }, [](int) {}));
    // An older server adds to rows of which some were moved.
    write_as_before(3, cycle + 2);
    expected += 3;
    if (cycle % 4 == 3) EXPECT_TRUE(open()->check_integrity());
  }
  EXPECT_EQ(requests(*open()), expected);
}

}  // namespace
}  // namespace weir::store
