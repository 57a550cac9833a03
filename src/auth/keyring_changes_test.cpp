// How a keyring follows the changes of a store: by their number, and to the same table.
#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/authenticate_for_test.hpp"
#include "auth/issue.hpp"
#include "auth/keyring.hpp"
#include "store/memory_store.hpp"

namespace weir::auth {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime kNow{seconds(1'800'000'000)};
const MonotonicTime kStart{seconds(1000)};
constexpr const char* kPepper = "a pepper of some length, for tests";

KeySettings config_key(std::string name, std::string text) {
  KeySettings key;
  key.name = std::move(name);
  key.key = Secret(std::move(text));
  return key;
}

/// Counts what it tells, and may forget what a reader has read.
class CountingStore final : public store::MemoryStore {
 public:
  Result<store::KeyMark> read_changes(const std::optional<store::KeyMark>& since,
                                      store::KeyReader& reader) override {
    struct Counter final : store::KeyReader {
      void start_over() override { inner->start_over(); }
      void take(store::KeyRecord key) override {
        ++*told;
        if (loses_secrets) key.secrets.clear();
        inner->take(std::move(key));
      }
      void drop(std::string_view id) override { inner->drop(id); }
      store::KeyReader* inner = nullptr;
      int* told = nullptr;
      bool loses_secrets = false;
    } counter;
    counter.loses_secrets = loses_secrets;
    counter.inner = &reader;
    counter.told = &told;
    ++reads;
    return MemoryStore::read_changes(forgets ? std::nullopt : since, counter);
  }

  int told = 0;
  int reads = 0;
  bool forgets = false;
  bool loses_secrets = false;  ///< as if another program had deleted them
};

class KeyringChanges : public testing::Test {
 protected:
  [[nodiscard]] IssuedKey issue(const std::string& name,
                                const store::KeyGrant& grant = {.models = {"*"}}) {
    auto issued = issue_key(store_, digester_, system_random, {.name = name, .grant = grant}, kNow);
    EXPECT_TRUE(issued) << issued.error().text();
    return issued ? std::move(*issued) : IssuedKey{};
  }

  void refresh() {
    const auto done = keyring_.refresh(kStart);
    ASSERT_TRUE(done) << done.error().text();
  }

  [[nodiscard]] std::string outcome(const KeyTable& table, std::string_view text) {
    const auto found = authenticate_for_test(table, digester_, text, Address(), kNow);
    return found ? fmt::format("{} {}", (*found)->id(), (*found)->permission().models.size())
                 : std::string(describe(found.error()).slug);
  }
  [[nodiscard]] std::string outcome(const IssuedKey& key) {
    return outcome(*keyring_.table(), key.text.reveal());
  }

  /// One call with the key, if it is valid.
  void use(std::string_view text) {
    const auto table = keyring_.table();
    const auto found = authenticate_for_test(*table, digester_, text, Address(), kNow);
    if (found) static_cast<void>((*found)->limiter()->try_take_request(kStart));
  }

  CountingStore store_;
  Keyring keyring_{store_, Secret(kPepper)};
  Digester digester_ = keyring_.make_digester();
};

TEST_F(KeyringChanges, AChangeIsReadAlone) {
  std::vector<IssuedKey> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(issue(fmt::format("k{}", i)));
  refresh();
  EXPECT_EQ(store_.reads, 1);
  EXPECT_EQ(store_.told, 100);

  ASSERT_TRUE(store_.revoke(keys[3].record.id, kNow));
  refresh();

  EXPECT_EQ(store_.told, 101);
  EXPECT_EQ(outcome(keys[3]), "invalid_token");
  EXPECT_EQ(outcome(keys[4]), keys[4].record.id + " 1");
  EXPECT_EQ(keyring_.table()->size(), 99);
}

TEST_F(KeyringChanges, AStoreThatForgotWhatWasReadIsReadFromTheStart) {
  const auto key = issue("ci");
  refresh();
  ASSERT_TRUE(store_.set_disabled(key.record.id, true));
  store_.forgets = true;
  refresh();
  EXPECT_EQ(outcome(key), "forbidden");
  EXPECT_EQ(keyring_.table()->size(), 1);
}

TEST_F(KeyringChanges, AnySeriesLeadsToTheTableOfAFullRead) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::vector<std::string> texts{"sk-a-key-from-the-config-file"};
  std::vector<std::string> ids{"key_none"};
  const auto issued = [&](const IssuedKey& key) {
    texts.emplace_back(key.text.reveal());
    ids.push_back(key.record.id);
  };
  std::vector<KeySettings> configured;
  for (int round = 0; round < 300; ++round) {
    const auto& id = ids[random() % ids.size()];
    switch (random() % 8) {
      case 0:
        issued(issue(fmt::format("k{}", round), {.models = {"*", "b"}}));
        break;
      case 6:
        issued(issue(fmt::format("k{}", round),
                     {.limits = {.requests_per_minute = 5}, .models = {"*"}}));
        break;
      case 1:
        static_cast<void>(store_.set_disabled(id, random() % 2 == 0));
        break;
      case 2:
        static_cast<void>(store_.revoke(id, kNow));
        break;
      case 3: {
        const auto next = rotate_key(store_, digester_, system_random, id,
                                     hours(static_cast<int>(random() % 2)), kNow);
        if (next) issued(*next);
        break;
      }
      case 4:
        static_cast<void>(store_.change_limits(id, {.from_unlimited = true}));
        break;
      case 5:
        configured = {config_key("a", texts[random() % texts.size()])};
        ASSERT_TRUE(keyring_.configure(configured, kStart));
        break;
      default:
        store_.forgets = random() % 2 == 0;
    }
    if (random() % 2 == 0) continue;
    refresh();
    Keyring fresh(store_, Secret(kPepper));
    ASSERT_TRUE(fresh.configure(configured, kStart));
    ASSERT_TRUE(fresh.refresh(kStart));
    ASSERT_EQ(keyring_.table()->size(), fresh.table()->size());
    ASSERT_EQ(keyring_.notices(), fresh.notices());
    for (const auto& text : texts) {
      ASSERT_EQ(outcome(*keyring_.table(), text), outcome(*fresh.table(), text)) << round;
      use(text);
    }
  }
}

TEST_F(KeyringChanges, ATextRevokedLaterEndsItsConfigKeyToo) {
  const auto stored = issue("stored");
  ASSERT_TRUE(keyring_.configure({config_key("a", std::string(stored.text.reveal()))}, kStart));
  refresh();
  EXPECT_EQ(outcome(stored), "config:a 1");

  ASSERT_TRUE(store_.revoke(stored.record.id, kNow));
  refresh();

  EXPECT_EQ(outcome(stored), "invalid_token");
  EXPECT_THAT(keyring_.notices(), ElementsAre(HasSubstr("which was revoked")));
}

TEST_F(KeyringChanges, AConflictEndsWithTheKeyThatHadIt) {
  const auto stored = issue("a");
  ASSERT_TRUE(keyring_.configure({config_key("a", "sk-a-key-from-the-config-file")}, kStart));
  refresh();
  EXPECT_THAT(keyring_.notices(), ElementsAre(HasSubstr("both are valid")));

  ASSERT_TRUE(store_.revoke(stored.record.id, kNow));
  refresh();
  EXPECT_THAT(keyring_.notices(), IsEmpty());
}

TEST_F(KeyringChanges, AKeyWithoutSecretsIsStillKnownByItsName) {
  const auto stored = issue("a name of some length");
  store_.loses_secrets = true;
  refresh();
  EXPECT_EQ(outcome(stored), "invalid_token");
  auto key = config_key("a name of some length", "sk-a-key-from-the-config-file");
  ASSERT_TRUE(keyring_.configure({std::move(key)}, kStart));
  EXPECT_THAT(keyring_.notices(), ElementsAre(HasSubstr(stored.record.id)));

  ASSERT_TRUE(store_.set_disabled(stored.record.id, true));
  store_.loses_secrets = false;
  refresh();
  EXPECT_EQ(outcome(stored), "forbidden");
}

TEST_F(KeyringChanges, AFormerTableIsFreedByARefreshAndNotByItsLastReader) {
  const auto key = issue("ci");
  refresh();
  auto reader = keyring_.table();
  const std::weak_ptr<const KeyTable> former = reader;
  ASSERT_TRUE(store_.set_disabled(key.record.id, true));
  refresh();
  refresh();
  EXPECT_FALSE(former.expired()) << "in use";

  reader.reset();
  EXPECT_FALSE(former.expired());
  refresh();
  EXPECT_TRUE(former.expired());
}

TEST_F(KeyringChanges, NewLimitsHoldForAKeyInUseAndAnOldTableDoesNotBringBackTheOldOnes) {
  const auto key = issue("ci", {.limits = {.requests_per_minute = 5}, .models = {"*"}});
  refresh();
  const auto old_table = keyring_.table();
  const auto entry_in = [&](const KeyTable& table) {
    return *authenticate_for_test(table, digester_, key.text.reveal(), Address(), kNow);
  };
  store::LimitChange change;
  change.limits[0] = 1;
  ASSERT_TRUE(store_.change_limits(key.record.id, change));
  refresh();
  const auto new_table = keyring_.table();

  EXPECT_TRUE(entry_in(*new_table)->limiter()->try_take_request(kStart));
  EXPECT_FALSE(entry_in(*old_table)->limiter()->try_take_request(kStart));
  EXPECT_FALSE(entry_in(*new_table)->limiter()->try_take_request(kStart));
  EXPECT_EQ(entry_in(*new_table)->limiter(), entry_in(*old_table)->limiter());

  change.limits[0] = 2;
  ASSERT_TRUE(store_.change_limits(key.record.id, change));
  refresh();
  EXPECT_TRUE(entry_in(*old_table)->limiter()->try_take_request(kStart)) << "one limiter per key";
}

TEST_F(KeyringChanges, ALimitedKeyInUseCanBeRevoked) {
  const auto key = issue("ci", {.limits = {.requests_per_minute = 5}, .models = {"*"}});
  refresh();
  use(key.text.reveal());
  ASSERT_TRUE(store_.revoke(key.record.id, kNow));
  refresh();
  EXPECT_EQ(outcome(key), "invalid_token");
}

TEST(LimiterPool, AKeyHasALimiterFromItsFirstUseUntilItIsIdleAndGone) {
  TermsPool terms;
  LimiterPool pool(nullptr);
  const auto make = [&](std::string_view id, std::int64_t requests) {
    boost::intrusive_ptr<KeyEntry> entry(new KeyEntry(id, "name"));
    entry->terms = *terms.intern({.limits = {.requests_per_minute = requests}});
    entry->limiters = &pool;
    return entry;
  };
  auto limited = make("key_1", 1);
  EXPECT_EQ(pool.size(), 0);
  EXPECT_TRUE(limited->limiter()->try_take_request(kStart));
  EXPECT_EQ(pool.size(), 1);
  EXPECT_EQ(make("key_2", 0)->limiter(), make("key_3", 0)->limiter()) << "nothing to count";
  EXPECT_EQ(pool.size(), 1);

  const auto forget_all = [&](MonotonicTime now) {
    for (int i = 0; i < 100; ++i) pool.forget_idle(now);
  };
  forget_all(kStart + hours(48));
  EXPECT_EQ(pool.size(), 1) << "a table has the key";
  limited.reset();
  forget_all(kStart + seconds(1));
  EXPECT_EQ(pool.size(), 1) << "its count is not over";
  forget_all(kStart + hours(48));
  EXPECT_EQ(pool.size(), 0);
}

TEST(TermsPool, HoldsNoMoreThanTwiceWhatIsUsed) {
  TermsPool pool;
  std::vector<KeyTermsPtr> kept;
  for (int i = 0; i < 5'000; ++i) {
    const store::KeyGrant grant{.limits = {.requests_per_minute = i}, .models = {"*"}};
    auto terms = *pool.intern(grant);
    EXPECT_EQ(terms, *pool.intern(grant));
    if (i % 50 == 0) kept.push_back(std::move(terms));
  }
  EXPECT_LE(pool.size(), 2 * kept.size() + 64);
  const store::KeyGrant first{.limits = {.requests_per_minute = 0}, .models = {"*"}};
  EXPECT_EQ(*pool.intern(first), kept.front());
}

TEST(TermsPool, TellsEveryPartOfAGrantApart) {
  TermsPool pool;
  const std::vector<store::KeyGrant> grants{
      {},
      {.limits = {.requests_per_minute = 1}},
      {.limits = {.tokens_per_minute = 1}},
      {.model_limits = {{"a", {}}}},
      {.model_limits = {{"a", {.images_per_day = 1}}}},
      {.models = {"a"}},
      {.sub_types = {"a"}},
      {.networks = {"10.0.0.0/8"}},
      {.networks = {"10.0.0.0/9"}},
  };
  std::set<KeyTermsPtr> terms;
  for (const auto& grant : grants) terms.insert(*pool.intern(grant));
  EXPECT_EQ(terms.size(), grants.size());
  EXPECT_FALSE(pool.intern({.networks = {"the office"}}));
}

}  // namespace
}  // namespace weir::auth
