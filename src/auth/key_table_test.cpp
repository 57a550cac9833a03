#include "auth/key_table.hpp"

#include <map>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "auth/authenticate_for_test.hpp"
#include "auth/key_text.hpp"

namespace weir::auth {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const WallTime kNow{seconds(1'800'000'000)};
const Address kPeer = Address::from_v4({192, 0, 2, 7});

using EntryPtr = boost::intrusive_ptr<KeyEntry>;

EntryPtr entry(const std::string& name, const store::KeyGrant& grant = {}) {
  static TermsPool terms;
  boost::intrusive_ptr<KeyEntry> made(new KeyEntry("key_" + name, name));
  made->terms = *terms.intern(grant);
  made->expires_at = grant.expires_at.value_or(WallTime::max());
  return made;
}

std::shared_ptr<const KeyTable> table_of(const std::vector<EntryPtr>& entries) {
  KeyTableDraft draft;
  for (const auto& each : entries) draft.add(each);
  return draft.finish();
}

class KeyTableTest : public testing::Test {
 protected:
  /// The table with one entry that `text` authenticates.
  std::shared_ptr<const KeyTable> table(const EntryPtr& only,
                                        WallTime valid_until = WallTime::max()) {
    only->secrets.push_back({digester_.digest(text_), valid_until});
    return table_of({only});
  }
  [[nodiscard]] EntryPtr entry_of(const std::string& name, std::string_view text) {
    auto made = entry(name);
    made->secrets.push_back({digester_.digest(text)});
    return made;
  }

  [[nodiscard]] std::string outcome(const std::shared_ptr<const KeyTable>& table,
                                    std::string_view presented, const Address& peer = kPeer,
                                    WallTime now = kNow) {
    return outcome(*table, presented, peer, now);
  }
  [[nodiscard]] std::string outcome(const KeyTable& table, std::string_view presented,
                                    const Address& peer = kPeer, WallTime now = kNow) {
    const auto found = authenticate_for_test(table, digester_, presented, peer, now);
    return found ? std::string((*found)->name()) : std::string(describe(found.error()).slug);
  }

  Digester digester_{Secret("a pepper of some length, for tests")};
  std::string text_ = std::string(generate_key(system_random).reveal());
};

TEST_F(KeyTableTest, LetsInWhoHasTheKey) { EXPECT_EQ(outcome(table(entry("ci")), text_), "ci"); }

TEST_F(KeyTableTest, LetsInNobodyElse) {
  const auto one = table(entry("ci"));
  std::string mistyped = text_;
  mistyped.back() = mistyped.back() == 'A' ? 'B' : 'A';
  for (const std::string& presented :
       {std::string(), std::string("x"), mistyped,
        std::string(generate_key(system_random).reveal()), std::string("0123456789abcdef"),
        text_ + "A", text_.substr(1), std::string(100'000, 'x')}) {
    EXPECT_EQ(outcome(one, presented), "invalid_token");
  }
  EXPECT_EQ(outcome(KeyTable(), text_), "invalid_token");
}

TEST_F(KeyTableTest, AStoredDigestIsNoKeyInAnySpelling) {
  const auto one = table(entry("ci"));
  const store::Digest digest = digester_.digest(text_);
  const std::string raw(reinterpret_cast<const char*>(digest.data()), digest.size());
  std::string hex;
  for (const char c : raw) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  std::string base64(44, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                  reinterpret_cast<const unsigned char*>(raw.data()), 32);

  for (const std::string& presented : {raw, hex, base64, base64.substr(0, 43)}) {
    EXPECT_EQ(outcome(one, presented), "invalid_token");
  }
}

TEST_F(KeyTableTest, KeysThatDifferInOneCharacterNeverMatch) {
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 2000; ++i) {
    std::string text(40, '\0');
    for (char& c : text) c = kBase62[random() % kBase62.size()];
    std::string near = text;
    const std::size_t at = i % 2 == 0 ? near.size() - 1 : random() % near.size();
    near[at] = near[at] == 'a' ? 'b' : 'a';
    const auto one = table_of({entry_of("one", text)});

    ASSERT_EQ(outcome(one, text), "one") << text;
    ASSERT_EQ(outcome(one, near), "invalid_token") << text << " " << near;
  }
}

TEST_F(KeyTableTest, DigestsThatDifferInTheLastByteAreTwoKeys) {
  // They share the first slot: only the full comparison distinguishes them.
  store::Digest digest = digester_.digest(text_);
  digest.back() ^= std::byte{1};
  const auto near = entry("near");
  near->secrets.push_back({digest});
  const auto without = table_of({near});
  const auto both = table_of({near, entry_of("true", text_)});

  EXPECT_EQ(outcome(without, text_), "invalid_token");
  EXPECT_EQ(outcome(both, text_), "true");
}

TEST_F(KeyTableTest, AKeyEndsWhenItExpires) {
  const auto expiring = entry("ci", {.expires_at = kNow + hours(1)});
  const auto one = table(expiring);
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1) - milliseconds(1)), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1)), "invalid_token");
}

TEST_F(KeyTableTest, AReplacedTextEndsWithTheOverlap) {
  const auto one = table(entry("ci"), kNow + hours(1));
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1) - milliseconds(1)), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1)), "invalid_token");
}

TEST_F(KeyTableTest, AKeyEndsByTheWallClockWhereverThatJumps) {
  // No expiry is remembered as passed: the clock may be corrected later. The same holds for the
  // overlap of a rotation.
  const auto expiring = entry("ci", {.expires_at = kNow + hours(1)});
  const auto one = table(expiring);
  const auto overlapping = table(entry("ci"), kNow + hours(1));
  for (const auto& each : {one, overlapping}) {
    for (const auto jump : {hours(0), hours(2), hours(-24), hours(1), hours(-1), hours(100'000)}) {
      EXPECT_EQ(outcome(each, text_, kPeer, kNow + jump), jump < hours(1) ? "ci" : "invalid_token");
    }
  }
}

TEST_F(KeyTableTest, ADisabledKeyIsForbiddenButAnExpiredOneIsUnknown) {
  const auto disabled = entry("ci");
  disabled->state = store::KeyState::disabled;
  const auto one = table(disabled);
  EXPECT_EQ(outcome(one, text_), "forbidden");
  disabled->expires_at = kNow;
  EXPECT_EQ(outcome(one, text_), "invalid_token");
}

TEST_F(KeyTableTest, AKeyWorksFromItsNetworksAlone) {
  const auto confined = entry("ci", {.networks = {"10.0.0.0/8", "2001:db8::/32"}});
  const auto one = table(confined);
  EXPECT_EQ(outcome(one, text_, *Address::parse("10.1.2.3")), "ci");
  EXPECT_EQ(outcome(one, text_, *Address::parse("::ffff:10.1.2.3")), "ci");
  EXPECT_EQ(outcome(one, text_, *Address::parse("2001:db8::1")), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer), "forbidden");
}

TEST_F(KeyTableTest, FindsEachOfManyKeys) {
  constexpr int kKeys = 5000;
  std::vector<EntryPtr> entries;
  for (int i = 0; i < kKeys; ++i) {
    entries.push_back(entry_of(std::to_string(i), fmt::format("a-long-enough-key-{}", i)));
  }
  const auto many = table_of(entries);
  EXPECT_EQ(many->size(), kKeys);
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_EQ(outcome(many, fmt::format("a-long-enough-key-{}", i)), std::to_string(i));
  }
  EXPECT_EQ(outcome(many, "a-long-enough-key-5000"), "invalid_token");
}

TEST_F(KeyTableTest, AConfigKeyAppliesBeforeAStoredOneOfTheSameText) {
  const auto stored = table(entry("stored"));
  KeyTableDraft draft(*stored);
  draft.configure(std::vector<KeyEntryPtr>{entry_of("configured", text_)});
  const auto both = draft.finish();
  EXPECT_EQ(outcome(both, text_), "configured");
  EXPECT_EQ(both->size(), 2);

  KeyTableDraft without(*both);
  without.configure({});
  EXPECT_EQ(outcome(without.finish(), text_), "stored");
}

TEST_F(KeyTableTest, ADraftLeavesTheTableThatItBeganWith) {
  std::vector<EntryPtr> entries;
  for (int i = 0; i < 3000; ++i) {
    entries.push_back(entry_of(std::to_string(i), fmt::format("a-long-enough-key-{}", i)));
  }
  const auto before = table_of(entries);
  KeyTableDraft draft(*before);
  draft.remove(*entries[7]);
  draft.add(entry_of("new", "a-long-enough-key-new"));
  const auto after = draft.finish();

  EXPECT_EQ(outcome(before, "a-long-enough-key-7"), "7");
  EXPECT_EQ(outcome(before, "a-long-enough-key-new"), "invalid_token");
  EXPECT_EQ(outcome(after, "a-long-enough-key-7"), "invalid_token");
  EXPECT_EQ(outcome(after, "a-long-enough-key-new"), "new");
  for (int i = 8; i < 3000; ++i) {
    ASSERT_EQ(outcome(after, fmt::format("a-long-enough-key-{}", i)), std::to_string(i));
  }
}

TEST_F(KeyTableTest, AnySeriesOfDraftsFindsWhatATableMadeAtOnceFinds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::map<int, EntryPtr> present;
  auto table = table_of({});
  const auto text_of = [](int i) { return fmt::format("a-long-enough-key-{}", i); };
  for (int round = 0; round < 200; ++round) {
    KeyTableDraft draft(*table);
    for (auto changes = random() % 20; changes > 0; --changes) {
      const int i = static_cast<int>(random() % 400);
      if (const auto found = present.find(i); found != present.end()) {
        draft.remove(*found->second);
        present.erase(found);
      } else {
        auto made = entry_of(std::to_string(i), text_of(i));
        if (random() % 2 == 0) made->secrets.push_back({digester_.digest(text_of(i + 1000))});
        draft.add(made);
        present.emplace(i, std::move(made));
      }
    }
    table = draft.finish();
    ASSERT_EQ(table->size(), present.size());
  }
  for (int i = 0; i < 400; ++i) {
    const auto found = present.find(i);
    const bool is_present = found != present.end();
    EXPECT_EQ(outcome(table, text_of(i)), is_present ? std::to_string(i) : "invalid_token");
    const bool has_second = is_present && found->second->secrets.size() == 2;
    EXPECT_EQ(outcome(table, text_of(i + 1000)), has_second ? std::to_string(i) : "invalid_token");
  }
}

}  // namespace
}  // namespace weir::auth
