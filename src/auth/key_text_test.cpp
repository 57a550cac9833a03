#include "auth/key_text.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "auth/bearer.hpp"

namespace weir::auth {
namespace {

/// Counts up: the same keys in every run.
RandomSource counting() {
  return [next = 0](std::span<std::byte> bytes) mutable {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(next++ & 0xff);
  };
}

std::string text_of(const Secret& secret) { return std::string(secret.reveal()); }

TEST(KeyText, HasItsDocumentedForm) {
  // CRC-32 of the first 38 characters, computed with another program (Python's zlib).
  EXPECT_EQ(generate_key(counting()).reveal(), "sk-weir_0123456789ABCDEFGHIJKLMNOPQRST0g9BkU");
  EXPECT_EQ(kKeyChars, 44);
  EXPECT_EQ(generate_key_id(counting()), "key_0123456789AB");
}

TEST(KeyText, GeneratedKeysAreInOrderDifferAndFitABearerHeader) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const Secret key = generate_key(system_random);
    EXPECT_EQ(parse_key(key.reveal()), KeyFault::none);
    EXPECT_EQ(parse_bearer("Bearer " + text_of(key)), key.reveal());
    EXPECT_TRUE(seen.insert(text_of(key)).second);
  }
}

TEST(KeyText, RandomCharactersAreEquallyLikely) {
  // Every byte value once: accepted ones give each character four times, the rest are rejected.
  std::map<char, int> count;
  std::string text;
  append_base62(text, 248, counting());
  for (const char c : text) ++count[c];
  EXPECT_EQ(count.size(), 62);
  for (const auto& [c, times] : count) EXPECT_EQ(times, 4) << c;
}

TEST(KeyText, AnyOneWrongCharacterIsRefused) {
  const std::string good = text_of(generate_key(system_random));
  for (std::size_t i = kKeyMarker.size(); i < good.size(); ++i) {
    for (const char c : kBase62) {
      std::string bad = good;
      if (bad[i] == c) continue;
      bad[i] = c;
      EXPECT_EQ(parse_key(bad), KeyFault::bad_checksum) << i;
    }
  }
}

TEST(KeyText, WhatBeginsAsOursMustBeOurs) {
  const std::string good = text_of(generate_key(system_random));
  EXPECT_EQ(parse_key(good.substr(0, 43)), KeyFault::too_short);
  EXPECT_EQ(parse_key(good + "A"), KeyFault::too_long);
  EXPECT_EQ(parse_key("sk-weir_"), KeyFault::too_short);
  std::string odd = good;
  for (const char c : {'-', '/', ':', '@', '[', '`', '{'}) {
    odd[20] = c;
    EXPECT_EQ(parse_key(odd), KeyFault::bad_character) << c;
  }
}

TEST(KeyText, KeysOfOthersMayBeAnythingABearerCanHold) {
  EXPECT_EQ(parse_key("sk-proj-abcdefghijklmnop"), KeyFault::none);
  EXPECT_EQ(parse_key("0123456789abcdef"), KeyFault::none);
  EXPECT_EQ(parse_key("c2VjcmV0c2VjcmV0+/=="), KeyFault::none);
  EXPECT_EQ(parse_key(std::string(512, 'x')), KeyFault::none);

  EXPECT_EQ(parse_key(""), KeyFault::too_short);
  EXPECT_EQ(parse_key("0123456789abcde"), KeyFault::too_short);
  EXPECT_EQ(parse_key(std::string(513, 'x')), KeyFault::too_long);
  EXPECT_EQ(parse_key("0123456789 abcdef"), KeyFault::bad_character);
  EXPECT_EQ(parse_key("================"), KeyFault::bad_character);
  EXPECT_EQ(parse_key(std::string(16, '\0')), KeyFault::bad_character);
  EXPECT_EQ(parse_key("0123456789abcdeé"), KeyFault::bad_character);
}

TEST(KeyText, ShowsLittleOfAKey) {
  const Secret own = generate_key(counting());
  EXPECT_EQ(display_prefix(own.reveal()), "sk-weir_0123");
  EXPECT_EQ(display_last4(own.reveal()), "9BkU");
  EXPECT_EQ(display_prefix("sk-proj-abcdefghijklmnop"), "sk-p");
}

TEST(KeyText, EveryFaultHasItsSentence) {
  for (const KeyFault fault : {KeyFault::none, KeyFault::too_short, KeyFault::too_long,
                               KeyFault::bad_character, KeyFault::bad_checksum}) {
    EXPECT_FALSE(describe(fault).empty());
  }
}

}  // namespace
}  // namespace weir::auth
