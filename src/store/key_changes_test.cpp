// Changes of keys as a reader learns them: it misses none, whatever happens to the store.
#include <functional>
#include <map>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/key_record_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const WallTime kNow{seconds(1'800'000'000)};

/// Keeps up with a store, as a server does.
class Follower final : public KeyReader {
 public:
  /// False if the store cannot be read.
  bool follow(Store& store) {
    told.clear();
    started_over = false;
    const auto mark = store.read_changes(mark_, *this);
    if (mark) mark_ = *mark;
    return mark.has_value();
  }

  void start_over() override {
    started_over = true;
    keys.clear();
  }
  void take(KeyRecord key) override {
    told.push_back(key.id);
    keys[key.id] = std::move(key);
  }
  void drop(std::string_view id) override {
    told.emplace_back(id);
    keys.erase(std::string(id));
  }

  std::map<std::string, KeyRecord> keys;
  std::vector<std::string> told;  ///< by the last call
  bool started_over = false;

 private:
  std::optional<KeyMark> mark_;
};

std::map<std::string, KeyRecord> all_keys(Store& store) {
  std::map<std::string, KeyRecord> keys;
  const auto listed = store.list();
  EXPECT_TRUE(listed) << listed.error().text();
  for (const KeyRecord& key : *listed) keys[key.id] = key;
  return keys;
}

KeySecret secret_of(int number) { return key(number).secrets.front(); }

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<Store>(const std::string& directory)> make;
};

class KeyChanges : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(directory_.path());
    ASSERT_NE(store_, nullptr);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  Follower follower_;
};

TEST_P(KeyChanges, TheFirstReadTellsAllKeysInOrder) {
  for (const int number : {3, 1, 2}) ASSERT_TRUE(store_->create(key(number)));
  ASSERT_TRUE(store_->revoke(key(1).id, kNow));

  ASSERT_TRUE(follower_.follow(*store_));

  EXPECT_TRUE(follower_.started_over);
  EXPECT_THAT(follower_.told, ElementsAre(key(3).id, key(1).id, key(2).id));
  EXPECT_EQ(follower_.keys, all_keys(*store_));
}

TEST_P(KeyChanges, AnEmptyStoreHasAMarkToContinueFrom) {
  ASSERT_TRUE(follower_.follow(*store_));
  EXPECT_TRUE(follower_.started_over);
  ASSERT_TRUE(follower_.follow(*store_));
  EXPECT_FALSE(follower_.started_over);

  ASSERT_TRUE(store_->create(key(1)));
  ASSERT_TRUE(follower_.follow(*store_));
  EXPECT_FALSE(follower_.started_over);
  EXPECT_EQ(follower_.keys, all_keys(*store_));
}

TEST_P(KeyChanges, EachChangeTellsItsKeyAlone) {
  for (int number = 0; number < 5; ++number) ASSERT_TRUE(store_->create(key(number)));
  ASSERT_TRUE(follower_.follow(*store_));
  const std::string id = key(2).id;
  const std::function<Result<>()> changes[] = {
      [&] { return store_->set_disabled(id, true); },
      [&] { return store_->set_disabled(id, false); },
      [&] { return store_->change_limits(id, {.from_unlimited = true}); },
      [&] {
        return store_->change_limits(id, {.model_limits = {{{"a/*", {.max_in_flight = 1}}}}});
      },
      [&] { return store_->rotate(id, secret_of(20), kNow + hours(1)); },
      [&] { return store_->revoke(id, kNow); },
  };
  for (const auto& change : changes) {
    ASSERT_TRUE(change());
    ASSERT_TRUE(follower_.follow(*store_));
    EXPECT_FALSE(follower_.started_over);
    EXPECT_THAT(follower_.told, ElementsAre(id));
    EXPECT_EQ(follower_.keys, all_keys(*store_));

    ASSERT_TRUE(follower_.follow(*store_));
    EXPECT_THAT(follower_.told, IsEmpty());
  }
}

TEST_P(KeyChanges, SeveralChangesAreToldOnce) {
  for (int number = 0; number < 5; ++number) ASSERT_TRUE(store_->create(key(number)));
  ASSERT_TRUE(follower_.follow(*store_));

  ASSERT_TRUE(store_->set_disabled(key(1).id, true));
  ASSERT_TRUE(store_->create(key(9)));
  ASSERT_TRUE(store_->set_disabled(key(1).id, false));
  ASSERT_TRUE(store_->rotate(key(9).id, secret_of(90), kNow));

  ASSERT_TRUE(follower_.follow(*store_));
  EXPECT_THAT(follower_.told, UnorderedElementsAre(key(1).id, key(9).id));
  EXPECT_EQ(follower_.keys, all_keys(*store_));
}

TEST_P(KeyChanges, ARefusedChangeTellsNothing) {
  ASSERT_TRUE(store_->create(key(1)));
  ASSERT_TRUE(store_->create(key(2)));
  ASSERT_TRUE(follower_.follow(*store_));

  EXPECT_FALSE(store_->create(key(1)));
  EXPECT_FALSE(store_->rotate(key(1).id, secret_of(2), kNow));
  EXPECT_FALSE(store_->revoke("key_none", kNow));

  ASSERT_TRUE(follower_.follow(*store_));
  EXPECT_THAT(follower_.told, IsEmpty());
  EXPECT_EQ(follower_.keys, all_keys(*store_));
}

/// A change of one of the first `keys` keys, or a new key.
void change_something(Store& store, std::mt19937& random, int& keys, int& secrets) {
  const auto id = key(static_cast<int>(random()) & 0x7fff).id;
  const auto some = key(static_cast<int>(random() % static_cast<unsigned>(keys + 1))).id;
  switch (random() % 6) {
    case 0:
      static_cast<void>(store.create(key(keys)));
      ++keys;
      break;
    case 1:
      static_cast<void>(store.set_disabled(some, random() % 2 == 0));
      break;
    case 2:
      static_cast<void>(
          store.rotate(some, secret_of(++secrets), kNow + hours(static_cast<int>(random() % 3))));
      break;
    case 3:
      static_cast<void>(store.revoke(some, kNow));
      break;
    case 4: {
      LimitChange change;
      change.limits[0] = static_cast<std::int64_t>(random() % 100);
      static_cast<void>(store.change_limits(some, change));
      break;
    }
    default:
      static_cast<void>(store.set_disabled(id, true));
  }
}

TEST_P(KeyChanges, AnySeriesOfThemLeadsToWhatAFullReadFinds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  int keys = 0;
  int secrets = 30'000;
  for (int round = 0; round < 60; ++round) {
    for (auto i = random() % 5; i > 0; --i) change_something(*store_, random, keys, secrets);
    ASSERT_TRUE(follower_.follow(*store_));
    ASSERT_EQ(follower_.started_over, round == 0);
    ASSERT_EQ(follower_.keys, all_keys(*store_)) << "round " << round;
  }
}

std::unique_ptr<Store> make_sqlite(const std::string& directory) {
  auto store = SqliteStore::open({.path = directory + "/weir.db"});
  EXPECT_TRUE(store) << store.error().text();
  return store ? std::move(*store) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(All, KeyChanges,
                         testing::Values(Implementation{"Memory",
                                                        [](const std::string&) {
                                                          return std::make_unique<MemoryStore>();
                                                        }},
                                         Implementation{"Sqlite", make_sqlite}),
                         [](const auto& info) { return std::string(info.param.name); });

/// Another program with the same file.
class Editor {
 public:
  explicit Editor(const std::string& path) {
    // Without a mutex: backups in both directions would take two of them in both orders.
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database_, kFlags, nullptr), SQLITE_OK);
    run("PRAGMA foreign_keys = ON");
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor() { sqlite3_close(database_); }

  void run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_);
  }

  /// Replaces this database's content with that of `from`, as a restored backup does.
  void restore(Editor& from) {
    sqlite3_backup* backup = sqlite3_backup_init(database_, "main", from.database_, "main");
    ASSERT_NE(backup, nullptr) << sqlite3_errmsg(database_);
    EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    EXPECT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
  }

 private:
  sqlite3* database_ = nullptr;
};

class KeyLog : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<SqliteStore> open(std::int64_t kept_changes = 100'000) {
    auto store = SqliteStore::open({.path = path_, .kept_changes = kept_changes});
    EXPECT_TRUE(store) << store.error().text();
    return store ? std::move(*store) : nullptr;
  }

  void expect_to_follow(Store& store, bool from_the_start) {
    ASSERT_TRUE(follower_.follow(store));
    EXPECT_EQ(follower_.started_over, from_the_start);
    EXPECT_EQ(follower_.keys, all_keys(store));
  }

  /// The statement changes keys, and the reader follows without a new start.
  void expect_to_learn(Store& store, Editor& editor, const char* sql) {
    editor.run(sql);
    SCOPED_TRACE(sql);
    const auto before = follower_.keys;
    expect_to_follow(store, false);
    EXPECT_NE(follower_.keys, before);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/weir.db";
  Follower follower_;
};

TEST_F(KeyLog, AReaderThatIsTooFarBehindReadsAllKeys) {
  const auto store = open(10);
  ASSERT_TRUE(store->create(key(0)));
  expect_to_follow(*store, true);
  ASSERT_TRUE(store->create(key(1)));
  expect_to_follow(*store, false);

  for (int number = 2; number < 20; ++number) ASSERT_TRUE(store->create(key(number)));
  expect_to_follow(*store, true);
  ASSERT_TRUE(store->create(key(20)));
  expect_to_follow(*store, false);
}

TEST_F(KeyLog, AReaderLearnsWhatAnotherProgramWrote) {
  const auto store = open();
  for (int number = 0; number < 4; ++number) ASSERT_TRUE(store->create(key(number)));
  expect_to_follow(*store, true);
  Editor editor(path_);
  for (const char* sql : {
           "UPDATE keys SET state = 'disabled' WHERE seq = 1",
           "UPDATE key_secrets SET valid_until = 7 WHERE key_seq = 2",
           "INSERT INTO key_scopes (key_seq, kind, value) VALUES (3, 'model', 'b/*')",
           "UPDATE key_scopes SET value = 'c/*' WHERE key_seq = 3",
           "DELETE FROM key_scopes WHERE key_seq = 3",
           "INSERT INTO key_model_limits (key_seq, models) VALUES (3, 'd/*')",
           "UPDATE key_model_limits SET key_seq = 4",
           "DELETE FROM key_model_limits",
           "UPDATE keys SET id = 'key_other' WHERE seq = 2",
           "DELETE FROM keys WHERE seq = 4",
       }) {
    expect_to_learn(*store, editor, sql);
  }
}

TEST_F(KeyLog, AReaderLearnsWhatAnotherProgramReplaced) {
  const auto store = open();
  for (int number = 0; number < 9; ++number) ASSERT_TRUE(store->create(key(number)));
  Editor editor(path_);
  editor.run("DELETE FROM key_scopes");
  editor.run(
      "INSERT INTO key_scopes (seq, key_seq, kind, value)"
      " SELECT seq, seq, 'model', 'b/*' FROM keys WHERE seq IN (6, 7, 8, 9)");
  editor.run(
      "INSERT INTO key_model_limits (seq, key_seq, models)"
      " SELECT seq, seq, 'b/*' FROM keys WHERE seq IN (6, 7, 8, 9)");
  expect_to_follow(*store, true);
  for (const char* sql : {
           "INSERT OR REPLACE INTO keys (id, name, state, created_at) "
           "SELECT 'key_other', name, 'active', 1 FROM keys WHERE seq = 1",
           "INSERT OR REPLACE INTO keys (seq, id, name, state, created_at) "
           "VALUES (2, 'key_another', 'another', 'active', 1)",
           "UPDATE OR REPLACE keys SET name = (SELECT name FROM keys WHERE seq = 3) WHERE seq = 4",
           "INSERT OR REPLACE INTO key_secrets (key_seq, digest, prefix, last4, created_at) "
           "SELECT 5, digest, prefix, last4, 1 FROM key_secrets WHERE key_seq = 6",
           "UPDATE OR REPLACE key_secrets SET digest = "
           "(SELECT digest FROM key_secrets WHERE key_seq = 8) WHERE key_seq = 7",
           "INSERT OR REPLACE INTO key_scopes (seq, key_seq, kind, value) "
           "VALUES (6, 9, 'model', 'c/*')",
           "UPDATE OR REPLACE key_scopes SET seq = 7 WHERE seq = 8",
           "INSERT OR REPLACE INTO key_model_limits (seq, key_seq, models) VALUES (6, 9, 'c/*')",
           "UPDATE OR REPLACE key_model_limits SET seq = 7 WHERE seq = 8",
       }) {
    expect_to_learn(*store, editor, sql);
  }
}

TEST_F(KeyLog, ARestoredFileIsReadFromTheStart) {
  const auto store = open();
  ASSERT_TRUE(store->create(key(0)));
  Editor live(path_);
  Editor backup(directory_.path() + "/backup.db");
  backup.restore(live);
  ASSERT_TRUE(store->create(key(1)));
  expect_to_follow(*store, true);

  live.restore(backup);
  expect_to_follow(*store, true);

  // Other changes now have the numbers of those that were lost.
  ASSERT_TRUE(store->create(key(2)));
  expect_to_follow(*store, false);
  live.restore(backup);
  for (const int number : {3, 4, 5}) ASSERT_TRUE(store->create(key(number)));
  expect_to_follow(*store, true);
}

TEST_F(KeyLog, AReaderOfAnOlderFileContinuesAfterItsUpdate) {
  std::filesystem::copy_file("schema_3_for_test.sqlite", path_);
  std::filesystem::permissions(path_, std::filesystem::perms(0600));
  const auto store = open();
  ASSERT_NE(store, nullptr);
  expect_to_follow(*store, true);
  ASSERT_TRUE(store->create(key(900)));
  expect_to_follow(*store, false);
}

TEST_F(KeyLog, ManyChangesAmongFewKeysAreReadAsAWhole) {
  const auto store = open();
  ASSERT_TRUE(store->create(key(0)));
  expect_to_follow(*store, true);
  std::vector<KeyRecord> many;
  for (int number = 1; number < 1'500; ++number) many.push_back(key(number));
  ASSERT_TRUE(store->create_all(many));
  expect_to_follow(*store, true);
}

}  // namespace
}  // namespace weir::store
