// The contract of Store, run against each implementation.
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const WallTime kNow{seconds(1'800'000'000)};

KeySecret secret(int number, WallTime created_at = kNow) {
  KeySecret made;
  made.digest.fill(std::byte{0x5a});
  made.digest[0] = static_cast<std::byte>(number & 0xff);
  made.digest[31] = static_cast<std::byte>(number >> 8);
  made.prefix = fmt::format("sk-weir_{:04}", number);
  made.last4 = "wxyz";
  made.created_at = created_at;
  return made;
}

KeyRecord key(std::string name, int number) {
  KeyRecord made;
  made.id = fmt::format("key_{:012}", number);
  made.name = std::move(name);
  made.created_at = kNow;
  made.grant.models = {"*"};
  made.secrets = {secret(number)};
  return made;
}

KeyRecord full_key() {
  KeyRecord made = key("ops — Ωmega", 7);
  made.grant.expires_at = kNow + hours(24) + milliseconds(123);
  made.grant.limits = {600, 100'000, 20, 5'000, 4'000'000'000, 100, 8};
  made.grant.model_limits = {{"Qwen/*", {1, 2, 3, 4, 5, 6, 7}}, {"*", {.tokens_per_minute = 10}}};
  made.grant.models = {"Qwen/*", "*whisper*", "Qwen/*"};
  made.grant.sub_types = {"chat", "speech-to-text"};
  made.grant.networks = {"10.0.0.0/8", "2001:db8::/32"};
  return made;
}

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<Store>(const std::string& directory)> make;
};

class StoreContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(directory_.path());
    ASSERT_NE(store_, nullptr);
  }

  [[nodiscard]] std::uint64_t version() {
    const auto version = store_->version();
    EXPECT_TRUE(version) << version.error().text();
    return version.value_or(0);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, StartsEmpty) {
  const auto keys = store_->list();
  ASSERT_TRUE(keys);
  EXPECT_TRUE(keys->empty());
}

TEST_P(StoreContract, GivesBackEveryFieldOfAKey) {
  ASSERT_TRUE(store_->create(full_key()));
  ASSERT_TRUE(store_->create(key("plain", 8)));

  const auto keys = store_->list();

  ASSERT_TRUE(keys);
  EXPECT_THAT(*keys, ElementsAre(full_key(), key("plain", 8)));
}

TEST_P(StoreContract, KeepsTimesToTheMillisecondRoundedDown) {
  KeyRecord made = key("ci", 1);
  made.created_at = kNow + microseconds(1'999);
  made.grant.expires_at = WallTime(microseconds(-1));
  ASSERT_TRUE(store_->create(made));

  const auto found = store_->find("ci");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->created_at, kNow + milliseconds(1));
  EXPECT_EQ(found->grant.expires_at, WallTime(milliseconds(-1)));
}

TEST_P(StoreContract, FindsByNameAndById) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  ASSERT_TRUE(store_->create(full_key()));

  EXPECT_EQ(store_->find("ci")->id, "key_000000000001");
  EXPECT_EQ(store_->find("key_000000000007")->name, full_key().name);
  EXPECT_EQ(*store_->find("key_000000000007"), full_key());
  EXPECT_EQ(store_->find("CI").error().code, Errc::not_found);
  EXPECT_EQ(store_->find("").error().code, Errc::not_found);
}

TEST_P(StoreContract, TakesTextThatLooksLikeSqlAsText) {
  const std::string name = "x'); DROP TABLE keys; --";
  ASSERT_TRUE(store_->create(key(name, 1)));
  ASSERT_EQ(store_->find("' OR '1'='1").error().code, Errc::not_found);
  ASSERT_EQ(store_->find(name)->name, name);
}

TEST_P(StoreContract, RefusesATakenNameIdOrSecretAndKeepsNothingOfIt) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  KeyRecord same_id = key("other", 1);
  same_id.secrets = {secret(2)};
  KeyRecord same_secret = key("other", 3);
  same_secret.secrets = {secret(1)};

  EXPECT_EQ(store_->create(key("ci", 2)).error().code, Errc::already_exists);
  EXPECT_EQ(store_->create(same_id).error().code, Errc::already_exists);
  EXPECT_EQ(store_->create(same_secret).error().code, Errc::already_exists);

  EXPECT_THAT(*store_->list(), ElementsAre(key("ci", 1)));
}

TEST_P(StoreContract, RefusesWhatIsNotAKey) {
  KeyRecord negative = key("ci", 1);
  negative.grant.limits.requests_per_minute = -1;
  KeyRecord without_pattern = key("ci", 1);
  without_pattern.grant.model_limits = {{"", {.images_per_day = 1}}};
  KeyRecord without_secret = key("ci", 1);
  without_secret.secrets.clear();
  KeyRecord bad_id = key("ci", 1);
  bad_id.id = "1";
  for (const KeyRecord& bad :
       {key("", 1), key(std::string(101, 'n'), 1), key("two\nlines", 1), key("key_1", 1), negative,
        without_pattern, without_secret, bad_id}) {
    EXPECT_EQ(store_->create(bad).error().code, Errc::invalid_parameter) << bad.name;
  }
  EXPECT_TRUE(store_->list()->empty());
}

TEST_P(StoreContract, DisablesAndEnables) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  const std::string id = key("ci", 1).id;

  ASSERT_TRUE(store_->set_disabled(id, true));
  EXPECT_EQ(store_->find(id)->state, KeyState::disabled);
  ASSERT_TRUE(store_->set_disabled(id, true));
  ASSERT_TRUE(store_->set_disabled(id, false));
  EXPECT_EQ(*store_->find(id), key("ci", 1));
  EXPECT_EQ(store_->set_disabled("key_none", true).error().code, Errc::not_found);
}

TEST_P(StoreContract, ChangesTheLimitsThatAreNamed) {
  KeyRecord before = key("ci", 1);
  before.grant.limits = {.requests_per_minute = 10, .tokens_per_day = 20};
  before.grant.model_limits = {{"a/*", {.tokens_per_minute = 5}}};
  ASSERT_TRUE(store_->create(before));
  ASSERT_TRUE(store_->create(key("other", 2)));

  LimitChange change;
  change.limits[static_cast<std::size_t>(limit::Dimension::requests_per_minute)] = 99;
  change.limits[static_cast<std::size_t>(limit::Dimension::tokens_per_day)] = 0;
  ASSERT_TRUE(store_->change_limits(before.id, change));
  KeyRecord after = before;
  after.grant.limits = {.requests_per_minute = 99};
  EXPECT_EQ(*store_->find(before.id), after);

  change = {};
  change.model_limits = {{"b/*", {.max_in_flight = 3}}, {"c/*", {.images_per_day = 4}}};
  ASSERT_TRUE(store_->change_limits(before.id, change));
  after.grant.model_limits = *change.model_limits;
  EXPECT_EQ(*store_->find(before.id), after);

  change = {.from_unlimited = true};
  change.limits[static_cast<std::size_t>(limit::Dimension::in_flight)] = 7;
  ASSERT_TRUE(store_->change_limits(before.id, change));
  after.grant.limits = {.max_in_flight = 7};
  after.grant.model_limits = {};
  EXPECT_EQ(*store_->find(before.id), after);
  EXPECT_EQ(*store_->find("other"), key("other", 2));

  change.limits[0] = -1;
  EXPECT_EQ(store_->change_limits(before.id, change).error().code, Errc::invalid_parameter);
  EXPECT_EQ(*store_->find(before.id), after);
  EXPECT_EQ(store_->change_limits("key_none", {}).error().code, Errc::not_found);
  ASSERT_TRUE(store_->revoke(before.id, kNow));
  EXPECT_EQ(store_->change_limits(before.id, {}).error().code, Errc::not_found);
}

TEST_P(StoreContract, RevokesForGoodAndFreesTheName) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  const std::string id = key("ci", 1).id;

  ASSERT_TRUE(store_->revoke(id, kNow + hours(1)));
  ASSERT_TRUE(store_->revoke(id, kNow + hours(2)));

  EXPECT_EQ(store_->find(id)->state, KeyState::revoked);
  EXPECT_EQ(store_->find(id)->revoked_at, kNow + hours(1));
  EXPECT_EQ(store_->find("ci").error().code, Errc::not_found);
  EXPECT_EQ(store_->set_disabled(id, false).error().code, Errc::not_found);
  EXPECT_EQ(store_->rotate(id, secret(9), kNow).error().code, Errc::not_found);
  EXPECT_EQ(store_->revoke("key_none", kNow).error().code, Errc::not_found);
  EXPECT_EQ(store_->create(key("other", 1)).error().code, Errc::already_exists) << "id used again";

  ASSERT_TRUE(store_->create(key("ci", 2)));
  EXPECT_EQ(store_->find("ci")->id, key("ci", 2).id);
  EXPECT_EQ(store_->list()->size(), 2);
}

TEST_P(StoreContract, RotationAddsASecretAndLetsTheOldOneEnd) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  const KeySecret next = secret(2, kNow + hours(1));

  ASSERT_TRUE(store_->rotate(key("ci", 1).id, next, kNow + hours(3)));

  KeyRecord expected = key("ci", 1);
  expected.secrets[0].valid_until = kNow + hours(3);
  expected.secrets.insert(expected.secrets.begin(), next);
  EXPECT_EQ(*store_->find("ci"), expected);
}

TEST_P(StoreContract, RotationWithoutOverlapDropsTheOldSecretAtOnce) {
  ASSERT_TRUE(store_->create(key("ci", 1)));

  ASSERT_TRUE(store_->rotate(key("ci", 1).id, secret(2, kNow), kNow));

  EXPECT_THAT(store_->find("ci")->secrets, ElementsAre(secret(2, kNow)));
}

TEST_P(StoreContract, FurtherRotationsShortenButNeverLengthenAnOldSecretsLife) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  const std::string id = key("ci", 1).id;
  ASSERT_TRUE(store_->rotate(id, secret(2, kNow + hours(1)), kNow + hours(3)));
  ASSERT_TRUE(store_->rotate(id, secret(3, kNow + hours(2)), kNow + hours(9)));
  {
    const auto found = store_->find("ci");
    ASSERT_EQ(found->secrets.size(), 3);
    EXPECT_EQ(found->secrets[1].valid_until, kNow + hours(9));
    EXPECT_EQ(found->secrets[2].valid_until, kNow + hours(3));
  }

  ASSERT_TRUE(store_->rotate(id, secret(4, kNow + hours(4)), kNow + hours(5)));

  const auto found = store_->find("ci");
  ASSERT_EQ(found->secrets.size(), 3) << "the first is dead and gone";
  EXPECT_EQ(found->secrets[0].digest, secret(4).digest);
  EXPECT_EQ(found->secrets[1].valid_until, kNow + hours(5));
  EXPECT_EQ(found->secrets[2].valid_until, kNow + hours(5));
}

TEST_P(StoreContract, RefusesARotationToASecretThatIsTaken) {
  ASSERT_TRUE(store_->create(key("ci", 1)));
  ASSERT_TRUE(store_->create(key("other", 2)));

  EXPECT_EQ(store_->rotate(key("ci", 1).id, secret(2), kNow).error().code, Errc::already_exists);
  EXPECT_EQ(store_->rotate(key("ci", 1).id, secret(1), kNow).error().code, Errc::already_exists);
  EXPECT_EQ(store_->rotate("key_none", secret(3), kNow).error().code, Errc::not_found);

  EXPECT_EQ(*store_->find("ci"), key("ci", 1));
}

TEST_P(StoreContract, VersionMovesWithEveryChangeAndOtherwiseStays) {
  std::uint64_t before = version();
  EXPECT_EQ(version(), before);
  const std::string id = key("ci", 1).id;
  const std::function<Result<>()> changes[] = {
      [&] { return store_->create(key("ci", 1)); },
      [&] { return store_->set_disabled(id, true); },
      [&] { return store_->set_disabled(id, false); },
      [&] { return store_->change_limits(id, {.from_unlimited = true}); },
      [&] { return store_->rotate(id, secret(2), kNow); },
      [&] { return store_->revoke(id, kNow); },
  };
  for (const auto& change : changes) {
    ASSERT_TRUE(change());
    EXPECT_NE(version(), before);
    before = version();
    ASSERT_TRUE(store_->list());
    ASSERT_EQ(version(), before) << "reading changes nothing";
  }
}

TEST_P(StoreContract, ManyThreadsLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kKeys = 10;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kKeys; ++i) {
        const int number = thread * kKeys + i;
        EXPECT_TRUE(store_->create(key(fmt::format("k{}", number), number)));
        EXPECT_TRUE(store_->version());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->list()->size(), kThreads * kKeys);
}

std::unique_ptr<Store> make_sqlite(const std::string& directory) {
  auto store = SqliteStore::open({.path = directory + "/weir.db"});
  EXPECT_TRUE(store) << store.error().text();
  return store ? std::move(*store) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(All, StoreContract,
                         testing::Values(Implementation{"Memory",
                                                        [](const std::string&) {
                                                          return std::make_unique<MemoryStore>();
                                                        }},
                                         Implementation{"Sqlite", make_sqlite}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(MemoryStore, BrokenForATestFailsEveryCallUntilMended) {
  MemoryStore store;
  ASSERT_TRUE(store.create(key("ci", 1)));

  store.break_for_test("disk full");
  EXPECT_EQ(store.create(key("b", 2)).error().detail, "disk full");
  EXPECT_EQ(store.list().error().code, Errc::store_failed);
  EXPECT_EQ(store.find("ci").error().code, Errc::store_failed);
  EXPECT_EQ(store.set_disabled("x", true).error().code, Errc::store_failed);
  EXPECT_EQ(store.revoke("x", kNow).error().code, Errc::store_failed);
  EXPECT_EQ(store.rotate("x", secret(2), kNow).error().code, Errc::store_failed);
  EXPECT_EQ(store.version().error().code, Errc::store_failed);

  store.break_for_test(std::nullopt);
  EXPECT_THAT(*store.list(), ElementsAre(key("ci", 1)));
}

}  // namespace
}  // namespace weir::store
