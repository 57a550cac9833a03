#include "auth/key_table.hpp"

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

KeyEntry entry(std::string name) {
  KeyEntry made;
  made.id = "key_" + name;
  made.name = std::move(name);
  return made;
}

class KeyTableTest : public testing::Test {
 protected:
  /// The table with one entry that `text` authenticates.
  KeyTable table(KeyEntry only, std::optional<WallTime> valid_until = std::nullopt) {
    std::vector<KeyEntry> entries;
    entries.push_back(std::move(only));
    return {std::move(entries), {{digester_.digest(text_), 0, valid_until}}};
  }

  [[nodiscard]] std::string outcome(const KeyTable& table, std::string_view presented,
                                    const Address& peer = kPeer, WallTime now = kNow) {
    const auto found = authenticate_for_test(table, digester_, presented, peer, now);
    return found ? (*found)->name : std::string(describe(found.error()).slug);
  }

  Digester digester_{Secret("a pepper of some length, for tests")};
  std::string text_ = std::string(generate_key(system_random).reveal());
};

TEST_F(KeyTableTest, LetsInWhoHasTheKey) { EXPECT_EQ(outcome(table(entry("ci")), text_), "ci"); }

TEST_F(KeyTableTest, LetsInNobodyElse) {
  const KeyTable one = table(entry("ci"));
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
  const KeyTable one = table(entry("ci"));
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
    std::vector<KeyEntry> entries;
    entries.push_back(entry("one"));
    const KeyTable one(std::move(entries), {{digester_.digest(text), 0, std::nullopt}});

    ASSERT_EQ(outcome(one, text), "one") << text;
    ASSERT_EQ(outcome(one, near), "invalid_token") << text << " " << near;
  }
}

TEST_F(KeyTableTest, DigestsThatDifferInTheLastByteAreTwoKeys) {
  // They share the first slot: only the full comparison distinguishes them.
  store::Digest digest = digester_.digest(text_);
  digest.back() ^= std::byte{1};
  std::vector<KeyEntry> entries;
  entries.push_back(entry("near"));
  const KeyTable without(std::vector<KeyEntry>(entries), {{digest, 0, std::nullopt}});
  entries.push_back(entry("true"));
  const KeyTable both(std::move(entries),
                      {{digest, 0, std::nullopt}, {digester_.digest(text_), 1, std::nullopt}});

  EXPECT_EQ(outcome(without, text_), "invalid_token");
  EXPECT_EQ(outcome(both, text_), "true");
}

TEST_F(KeyTableTest, AKeyEndsWhenItExpires) {
  KeyEntry expiring = entry("ci");
  expiring.grant.expires_at = kNow + hours(1);
  const KeyTable one = table(expiring);
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1) - milliseconds(1)), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1)), "invalid_token");
}

TEST_F(KeyTableTest, AReplacedTextEndsWithTheOverlap) {
  const KeyTable one = table(entry("ci"), kNow + hours(1));
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1) - milliseconds(1)), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer, kNow + hours(1)), "invalid_token");
}

TEST_F(KeyTableTest, AKeyEndsByTheWallClockWhereverThatJumps) {
  // No expiry is remembered as passed: the clock may be corrected later. The same holds for the
  // overlap of a rotation.
  KeyEntry expiring = entry("ci");
  expiring.grant.expires_at = kNow + hours(1);
  const KeyTable one = table(expiring);
  const KeyTable overlapping = table(entry("ci"), kNow + hours(1));
  for (const KeyTable* each : {&one, &overlapping}) {
    for (const auto jump : {hours(0), hours(2), hours(-24), hours(1), hours(-1), hours(100'000)}) {
      EXPECT_EQ(outcome(*each, text_, kPeer, kNow + jump),
                jump < hours(1) ? "ci" : "invalid_token");
    }
  }
}

TEST_F(KeyTableTest, ADisabledKeyIsForbiddenButAnExpiredOneIsUnknown) {
  KeyEntry disabled = entry("ci");
  disabled.disabled = true;
  EXPECT_EQ(outcome(table(disabled), text_), "forbidden");
  disabled.grant.expires_at = kNow;
  EXPECT_EQ(outcome(table(disabled), text_), "invalid_token");
}

TEST_F(KeyTableTest, AKeyWorksFromItsNetworksAlone) {
  KeyEntry confined = entry("ci");
  confined.networks = {*Network::parse("10.0.0.0/8"), *Network::parse("2001:db8::/32")};
  const KeyTable one = table(confined);
  EXPECT_EQ(outcome(one, text_, *Address::parse("10.1.2.3")), "ci");
  EXPECT_EQ(outcome(one, text_, *Address::parse("::ffff:10.1.2.3")), "ci");
  EXPECT_EQ(outcome(one, text_, *Address::parse("2001:db8::1")), "ci");
  EXPECT_EQ(outcome(one, text_, kPeer), "forbidden");
}

TEST_F(KeyTableTest, FindsEachOfManyKeys) {
  constexpr std::uint32_t kKeys = 5000;
  std::vector<KeyEntry> entries;
  std::vector<KeyTable::Opening> openings;
  for (std::uint32_t i = 0; i < kKeys; ++i) {
    entries.push_back(entry(std::to_string(i)));
    openings.push_back({digester_.digest(fmt::format("a-long-enough-key-{}", i)), i, std::nullopt});
  }
  const KeyTable many(std::move(entries), std::move(openings));
  for (std::uint32_t i = 0; i < kKeys; ++i) {
    ASSERT_EQ(outcome(many, fmt::format("a-long-enough-key-{}", i)), std::to_string(i));
  }
  EXPECT_EQ(outcome(many, "a-long-enough-key-5000"), "invalid_token");
}

}  // namespace
}  // namespace weir::auth
