#include "auth/keyring.hpp"

#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/authenticate_for_test.hpp"
#include "auth/issue.hpp"
#include "auth/key_text.hpp"
#include "base/temporary_directory_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

namespace weir::auth {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime kNow{seconds(1'800'000'000)};
const MonotonicTime kStart{seconds(1000)};
constexpr const char* kConfigText = "sk-a-key-from-the-config-file";
constexpr const char* kPepper = "a pepper of some length, for tests";

KeySettings config_key(std::string name, std::string text = kConfigText) {
  KeySettings key;
  key.name = std::move(name);
  key.key = Secret(std::move(text));
  return key;
}

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<store::Store>(const std::string& directory)> make;
};

class KeyringTest : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(directory_.path());
    ASSERT_NE(store_, nullptr);
    keyring_.emplace(*store_, Secret(kPepper));
    digester_.emplace(keyring_->make_digester());
  }

  [[nodiscard]] IssuedKey issue(const KeyDraft& draft) {
    auto issued = issue_key(*store_, *digester_, system_random, draft, kNow);
    EXPECT_TRUE(issued) << issued.error().text();
    return issued ? std::move(*issued) : IssuedKey{};
  }

  /// Reads the store and expects a change.
  void refresh() {
    const auto done = keyring_->refresh(kStart);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_TRUE(*done);
  }

  [[nodiscard]] std::string outcome(std::string_view text, WallTime now = kNow) {
    const auto table = keyring_->table();
    const auto found = authenticate_for_test(*table, *digester_, text, Address(), now);
    return found ? std::string((*found)->id()) : std::string(describe(found.error()).slug);
  }
  [[nodiscard]] std::string outcome(const IssuedKey& key, WallTime now = kNow) {
    return outcome(key.text.reveal(), now);
  }

  [[nodiscard]] std::string identity(std::string_view text) { return identity(*keyring_, text); }
  [[nodiscard]] std::string identity(const Keyring& keyring, std::string_view text) {
    const auto table = keyring.table();
    const auto found = authenticate_for_test(*table, *digester_, text, Address(), kNow);
    EXPECT_TRUE(found);
    return found ? std::string((*found)->identity()) : std::string{};
  }

  [[nodiscard]] bool take(std::string_view text, MonotonicTime now) {
    const auto table = keyring_->table();
    const auto found = authenticate_for_test(*table, *digester_, text, Address(), kNow);
    EXPECT_TRUE(found);
    return (*found)->limiter()->try_take_request(now).has_value();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<store::Store> store_;
  std::optional<Keyring> keyring_;
  std::optional<Digester> digester_;
};

TEST_P(KeyringTest, LetsNobodyInBeforeItHasKeys) {
  EXPECT_EQ(outcome(kConfigText), "invalid_token");
  EXPECT_EQ(keyring_->table()->size(), 0);
}

TEST_P(KeyringTest, KnowsKeysOfBothKinds) {
  const IssuedKey stored = issue({.name = "stored"});
  ASSERT_TRUE(keyring_->configure({config_key("configured")}, kStart));
  refresh();

  EXPECT_EQ(outcome(kConfigText), "config:configured");
  EXPECT_EQ(outcome(stored), stored.record.id);
  EXPECT_THAT(keyring_->notices(), IsEmpty());
}

TEST_P(KeyringTest, FollowsEveryChangeInTheStore) {
  const IssuedKey key = issue({.name = "ci"});
  refresh();
  EXPECT_EQ(outcome(key), key.record.id);

  ASSERT_TRUE(store_->set_disabled(key.record.id, true));
  refresh();
  EXPECT_EQ(outcome(key), "forbidden");

  ASSERT_TRUE(store_->set_disabled(key.record.id, false));
  refresh();
  EXPECT_EQ(outcome(key), key.record.id);

  const auto next = rotate_key(*store_, *digester_, system_random, "ci", hours(1), kNow);
  ASSERT_TRUE(next);
  refresh();
  EXPECT_EQ(outcome(key), key.record.id);
  EXPECT_EQ(outcome(*next), key.record.id);
  EXPECT_EQ(outcome(key, kNow + hours(1)), "invalid_token");
  EXPECT_EQ(outcome(*next, kNow + hours(1)), key.record.id);

  ASSERT_TRUE(store_->revoke(key.record.id, kNow));
  refresh();
  EXPECT_EQ(outcome(key), "invalid_token");
  EXPECT_EQ(outcome(*next), "invalid_token");
}

TEST_P(KeyringTest, AnIdentityIsKeptByARotationAndNeverInherited) {
  const IssuedKey first = issue({.name = "ci"});
  refresh();
  const std::string kept = identity(first.text.reveal());
  EXPECT_FALSE(kept.empty());
  const auto next = rotate_key(*store_, *digester_, system_random, "ci", hours(0), kNow);
  ASSERT_TRUE(next);
  refresh();
  EXPECT_EQ(identity(next->text.reveal()), kept);

  ASSERT_TRUE(store_->revoke(first.record.id, kNow));
  const IssuedKey second = issue({.name = "ci"});
  refresh();
  EXPECT_NE(identity(second.text.reveal()), kept);
}

TEST_P(KeyringTest, TheIdentityOfAConfigKeyIsItsTextAndNotItsName) {
  constexpr const char* kOtherText = "sk-another-key-from-the-config-file";
  ASSERT_TRUE(keyring_->configure({config_key("ci"), config_key("cd", kOtherText)}, kStart));
  const std::string kept = identity(kConfigText);
  EXPECT_NE(kept, identity(kOtherText));
  EXPECT_EQ(kept.find(kConfigText), std::string::npos);

  Keyring later(*store_, Secret(kPepper));
  ASSERT_TRUE(later.configure({config_key("cd"), config_key("ci", kOtherText)}, kStart));
  EXPECT_EQ(identity(later, kConfigText), kept);
  EXPECT_NE(identity(later, kOtherText), kept);
}

TEST_P(KeyringTest, WithoutAChangeNothingIsReadAndTheTableStays) {
  static_cast<void>(issue({.name = "ci"}));
  refresh();
  const auto before = keyring_->table();

  const auto again = keyring_->refresh(kStart);

  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_EQ(keyring_->table(), before);
}

TEST_P(KeyringTest, ARebuiltTableKeepsWhatALimitHasCounted) {
  const IssuedKey stored =
      issue({.name = "stored", .grant = {.limits = {.requests_per_minute = 2}, .models = {"*"}}});
  KeySettings configured = config_key("configured");
  configured.grant.limits.requests_per_minute = 1;
  ASSERT_TRUE(keyring_->configure({configured}, kStart));
  refresh();
  EXPECT_TRUE(take(stored.text.reveal(), kStart));
  EXPECT_TRUE(take(kConfigText, kStart));

  const auto next = rotate_key(*store_, *digester_, system_random, "stored", hours(1), kNow);
  ASSERT_TRUE(next);
  refresh();
  ASSERT_TRUE(keyring_->configure({configured}, kStart));

  EXPECT_TRUE(take(next->text.reveal(), kStart)) << "old and new text share a limit";
  EXPECT_FALSE(take(stored.text.reveal(), kStart));
  EXPECT_FALSE(take(kConfigText, kStart));
}

TEST_P(KeyringTest, AKeyTakenAwayAndGivenBackFindsItsLimitAsItWas) {
  KeySettings limited = config_key("ci");
  limited.grant.limits.requests_per_minute = 1;
  ASSERT_TRUE(keyring_->configure({limited}, kStart));
  ASSERT_TRUE(take(kConfigText, kStart));

  ASSERT_TRUE(keyring_->configure({}, kStart + seconds(10)));
  ASSERT_TRUE(keyring_->configure({limited}, kStart + seconds(20)));
  EXPECT_FALSE(take(kConfigText, kStart + seconds(30)));
  EXPECT_TRUE(take(kConfigText, kStart + seconds(60)));
}

TEST_P(KeyringTest, ALimitChangedInConfigHoldsAtOnce) {
  KeySettings limited = config_key("ci");
  limited.grant.limits.requests_per_minute = 1;
  ASSERT_TRUE(keyring_->configure({limited}, kStart));
  ASSERT_TRUE(take(kConfigText, kStart));

  limited.grant.limits.requests_per_minute = 2;
  ASSERT_TRUE(keyring_->configure({limited}, kStart));
  EXPECT_TRUE(take(kConfigText, kStart));
  EXPECT_FALSE(take(kConfigText, kStart));
}

TEST_P(KeyringTest, LimitsOfModelsReachTheirLimiterFromBothKindsOfKey) {
  const std::vector<limit::ModelLimits> one_call{{"Qwen/*", {.requests_per_minute = 1}}};
  const IssuedKey stored =
      issue({.name = "stored", .grant = {.model_limits = one_call, .models = {"*"}}});
  KeySettings configured = config_key("configured");
  configured.grant.model_limits = one_call;
  ASSERT_TRUE(keyring_->configure({configured}, kStart));
  refresh();

  for (const std::string_view text : {stored.text.reveal(), std::string_view(kConfigText)}) {
    const auto table = keyring_->table();
    const auto found = authenticate_for_test(*table, *digester_, text, Address(), kNow);
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)->terms->model_limits, one_call);
    limit::KeyLimiter& limiter = *(*found)->limiter();
    EXPECT_TRUE(limiter.try_reserve("Qwen/a", {}, kStart));
    EXPECT_FALSE(limiter.try_reserve("Qwen/a", {}, kStart));
    EXPECT_TRUE(limiter.try_reserve("demo/a", {}, kStart));
  }
}

TEST_P(KeyringTest, EqualPermissionsHaveOneIdThroughEveryRebuild) {
  const IssuedKey one = issue({.name = "one", .grant = {.models = {"a/*", "b/*"}}});
  const IssuedKey two = issue({.name = "two", .grant = {.models = {"b/*", "a/*"}}});
  refresh();
  const auto id_of = [&](const IssuedKey& key) {
    const auto table = keyring_->table();
    return (*authenticate_for_test(*table, *digester_, key.text.reveal(), Address(), kNow))
        ->permission()
        .id;
  };
  const auto before = id_of(one);
  EXPECT_EQ(id_of(two), before);

  static_cast<void>(issue({.name = "zero", .grant = {.models = {"0"}}}));
  refresh();
  EXPECT_EQ(id_of(one), before);
}

TEST_P(KeyringTest, OfTheSameTextTheConfigKeyCounts) {
  const IssuedKey stored = issue({.name = "stored"});
  ASSERT_TRUE(
      keyring_->configure({config_key("configured", std::string(stored.text.reveal()))}, kStart));
  refresh();

  EXPECT_EQ(outcome(stored), "config:configured");
  EXPECT_THAT(keyring_->notices(), ElementsAre(HasSubstr("are identical")));
}

TEST_P(KeyringTest, ARevokedTextDoesNotComeBackThroughTheConfig) {
  const IssuedKey stored = issue({.name = "stored"});
  ASSERT_TRUE(store_->revoke(stored.record.id, kNow));
  refresh();
  ASSERT_TRUE(
      keyring_->configure({config_key("configured", std::string(stored.text.reveal()))}, kStart));

  EXPECT_EQ(outcome(stored), "invalid_token");
  EXPECT_THAT(keyring_->notices(), ElementsAre(HasSubstr("which was revoked")));
}

TEST_P(KeyringTest, OfTheSameNameBothWorkAndItIsReported) {
  const IssuedKey stored = issue({.name = "ci"});
  ASSERT_TRUE(keyring_->configure({config_key("ci")}, kStart));
  refresh();

  EXPECT_EQ(outcome(kConfigText), "config:ci");
  EXPECT_EQ(outcome(stored), stored.record.id);
  EXPECT_THAT(keyring_->notices(), ElementsAre(HasSubstr("both are valid")));
}

TEST_P(KeyringTest, NoticesNeverHoldAKey) {
  const IssuedKey stored = issue({.name = "ci"});
  const std::string text(stored.text.reveal());
  ASSERT_TRUE(keyring_->configure({config_key("ci", text)}, kStart));
  refresh();
  ASSERT_FALSE(keyring_->notices().empty());
  for (const std::string& notice : keyring_->notices()) EXPECT_THAT(notice, Not(HasSubstr(text)));
}

TEST_P(KeyringTest, ABadConfigIsRefusedAndTheLastOneStays) {
  ASSERT_TRUE(keyring_->configure({config_key("ci")}, kStart));
  EXPECT_FALSE(keyring_->configure({config_key("ci", "short")}, kStart));
  EXPECT_EQ(outcome(kConfigText), "config:ci");
}

TEST_P(KeyringTest, ServesWhileItIsRebuilt) {
  ASSERT_TRUE(keyring_->configure({config_key("ci")}, kStart));
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      EXPECT_TRUE(keyring_->configure({config_key("ci")}, kStart));
      EXPECT_TRUE(keyring_->refresh(kStart));
    }
  });
  Digester own = keyring_->make_digester();
  for (int i = 0; i < 2000; ++i) {
    const auto table = keyring_->table();
    ASSERT_TRUE(authenticate_for_test(*table, own, kConfigText, Address(), kNow));
  }
}

std::unique_ptr<store::Store> make_sqlite(const std::string& directory) {
  auto store = store::SqliteStore::open({.path = directory + "/weir.db"});
  EXPECT_TRUE(store) << store.error().text();
  return store ? std::move(*store) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(
    All, KeyringTest,
    testing::Values(Implementation{"Memory",
                                   [](const std::string&) {
                                     return std::make_unique<store::MemoryStore>();
                                   }},
                    Implementation{"Sqlite", make_sqlite}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Keyring, ABrokenStoreTurnsNoValidKeyAway) {
  store::MemoryStore store;
  Keyring keyring(store, Secret(kPepper));
  Digester digester = keyring.make_digester();
  const auto stored = issue_key(store, digester, system_random, {.name = "stored"}, kNow);
  ASSERT_TRUE(stored);
  ASSERT_TRUE(keyring.refresh(kStart));

  store.break_for_test("disk gone");
  EXPECT_EQ(keyring.refresh(kStart).error().detail, "disk gone");
  ASSERT_TRUE(keyring.configure({config_key("ci")}, kStart)) << "config needs no store";

  const auto table = keyring.table();
  EXPECT_TRUE(authenticate_for_test(*table, digester, stored->text.reveal(), Address(), kNow));
  EXPECT_TRUE(authenticate_for_test(*table, digester, kConfigText, Address(), kNow));
}

TEST(Keyring, ANewVersionWithTheSameKeysIsNoChange) {
  struct Store : store::MemoryStore {
    Result<std::uint64_t> version() override { return ++versions; }
    std::uint64_t versions = 0;
  } store;
  Keyring keyring(store, Secret(kPepper));
  Digester digester = keyring.make_digester();
  EXPECT_TRUE(keyring.refresh(kStart).value()) << "the first time, though there is no key";
  ASSERT_TRUE(issue_key(store, digester, system_random, {.name = "stored"}, kNow));
  EXPECT_TRUE(keyring.refresh(kStart).value());
  const auto before = keyring.table();

  EXPECT_FALSE(keyring.refresh(kStart).value());

  EXPECT_EQ(keyring.table(), before);
}

TEST(Keyring, AStoreThatCannotBeReadToItsEndIsReadAgain) {
  struct Store : store::MemoryStore {
    Result<store::KeyMark> read_changes(const std::optional<store::KeyMark>& since,
                                        store::KeyReader& reader) override {
      auto mark = MemoryStore::read_changes(since, reader);
      if (broken) return fail(Errc::store_failed, "a bad block");
      return mark;
    }
    bool broken = true;
  } store;
  Keyring keyring(store, Secret(kPepper));
  Digester digester = keyring.make_digester();
  const auto stored = issue_key(store, digester, system_random, {.name = "stored"}, kNow);
  ASSERT_TRUE(stored);

  EXPECT_EQ(keyring.refresh(kStart).error().detail, "a bad block");
  store.broken = false;
  EXPECT_TRUE(keyring.refresh(kStart).value());

  EXPECT_TRUE(
      authenticate_for_test(*keyring.table(), digester, stored->text.reveal(), Address(), kNow));
}

TEST(Keyring, AStoredKeyWithANetworkItCannotReadIsLeftOut) {
  store::MemoryStore store;
  Keyring keyring(store, Secret(kPepper));
  store::KeyRecord odd;
  odd.id = "key_odd";
  odd.name = "odd";
  odd.grant.networks = {"the office"};
  odd.secrets.emplace_back();
  ASSERT_TRUE(store.create(odd));

  ASSERT_TRUE(keyring.refresh(kStart));

  EXPECT_EQ(keyring.table()->size(), 0);
  EXPECT_THAT(keyring.notices(), ElementsAre(HasSubstr("key_odd is ignored")));
}

TEST(CheckKeys, SaysWhichKeyAndWhy) {
  KeySettings bad_network = config_key("b", "another-key-entirely");
  bad_network.grant.networks = {"10.0.0.1/8"};
  KeySettings negative = config_key("b", "another-key-entirely");
  negative.grant.limits.requests_per_minute = -1;
  struct Row {
    KeySettings second;
    const char* said;
  };
  for (const Row& row : std::initializer_list<Row>{
           {config_key("a", "another-key-entirely"), "key \"a\": another key has this name"},
           {config_key("b"), "key \"b\": another key is identical"},
           {config_key("", "another-key-entirely"), "the name is missing"},
           {config_key("b", "short"), "key \"b\": too short"},
           {config_key("b", "sk-weir_0123456789ABCDEFGHIJKLMNOPQRST000000"), "checksum is wrong"},
           {bad_network, "key \"b\": \"10.0.0.1/8\" has bits set"},
           {negative, "key \"b\": requests_per_minute must be between 1 and"},
       }) {
    const auto checked = check_keys({config_key("a"), row.second});
    ASSERT_FALSE(checked) << row.said;
    EXPECT_EQ(checked.error().code, Errc::config_invalid);
    EXPECT_THAT(checked.error().detail, HasSubstr(row.said));
  }
  EXPECT_TRUE(check_keys({config_key("a"), config_key("b", "another-key-entirely")}));
}

}  // namespace
}  // namespace weir::auth
