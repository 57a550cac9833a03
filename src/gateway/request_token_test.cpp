#include "gateway/request_token.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPrefix = "weirreq_";
constexpr auto kKind = SealedId::video;
constexpr std::string_view kIdentity = "key_0123456789";
const RequestSeal kSeal{Secret("0123456789abcdef0123456789abcdef")};
const RequestPlace kPlace{"wan", "demo/text-to-video", "r-\"42\"/ü"};
const WallTime kIssued{1'800'000'000'123ms};
constexpr std::chrono::milliseconds kLifetime = 168h;

std::optional<RequestPlace> open(std::string_view text) {
  return kSeal.open(kKind, text, kIdentity, kIssued, kLifetime);
}

TEST(RequestToken, WhatWasSealedComesBack) {
  const auto text = kSeal.seal(kKind, kPlace, kIdentity, kIssued);
  EXPECT_EQ(open(text), kPlace);
  EXPECT_EQ(text.find_first_not_of(kDigits), std::string::npos);
  // After a restart, or on another node.
  const RequestSeal other{Secret("0123456789abcdef0123456789abcdef")};
  EXPECT_EQ(other.open(kKind, text, kIdentity, kIssued, kLifetime), kPlace);
}

TEST(RequestToken, NoKindOpensAsAnother) {
  const auto video = kSeal.seal(SealedId::video, kPlace, kIdentity, kIssued);
  const auto response = kSeal.seal(SealedId::response, kPlace, kIdentity, kIssued);
  EXPECT_TRUE(response.starts_with("resp_weir_"));
  EXPECT_TRUE(RequestSeal::is_sealed(SealedId::response, response));
  EXPECT_FALSE(RequestSeal::is_sealed(SealedId::response, "resp_0123456789"));
  EXPECT_EQ(kSeal.open(SealedId::response, response, kIdentity, kIssued, kLifetime), kPlace);
  EXPECT_EQ(kSeal.open(SealedId::video, response, kIdentity, kIssued, kLifetime), std::nullopt);
  const auto disguised = "resp_weir_" + video.substr(kPrefix.size());
  EXPECT_EQ(kSeal.open(SealedId::response, disguised, kIdentity, kIssued, kLifetime), std::nullopt);
}

TEST(RequestToken, AFileSaysWhatABatchOfItUses) {
  auto place = kPlace;
  const auto reopened = [&] {
    const auto text = kSeal.seal(SealedId::file, place, kIdentity, kIssued);
    return kSeal.open(SealedId::file, text, kIdentity, kIssued, kLifetime);
  };
  EXPECT_EQ(reopened(), place);
  place.batch = BatchTokens{7, 1'000'000'000'000};
  EXPECT_EQ(reopened(), place);
}

TEST(RequestToken, OnlyTheKeyThatItWasSealedForOpensIt) {
  const auto text = kSeal.seal(kKind, kPlace, kIdentity, kIssued);
  for (const std::string_view other :
       {"key_0123456788", "key_012345678", "key_01234567890", "k", "text:key_0123456789"}) {
    EXPECT_EQ(kSeal.open(kKind, text, other, kIssued, kLifetime), std::nullopt) << other;
  }
  EXPECT_NE(text, kSeal.seal(kKind, kPlace, "key_0123456788", kIssued));
}

TEST(RequestToken, ItOpensUntilItsLifetimeIsOver) {
  struct Case {
    std::chrono::milliseconds age;
    std::chrono::milliseconds lifetime;
    bool opens;
  };
  constexpr Case kCases[] = {
      {0ms, kLifetime, true},
      {kLifetime - 1ms, kLifetime, true},
      {kLifetime, kLifetime, false},
      {kLifetime + 1ms, kLifetime, false},
      {2 * kLifetime, kLifetime, false},
      {kLifetime, kLifetime + 1ms, true},
      {1ms, 1ms, false},
      {-1h, 1s, true},  // the clock of another node
  };
  const auto text = kSeal.seal(kKind, kPlace, kIdentity, kIssued);
  for (const auto& [age, lifetime, opens] : kCases) {
    EXPECT_EQ(kSeal.open(kKind, text, kIdentity, kIssued + age, lifetime).has_value(), opens)
        << age.count() << " of " << lifetime.count();
  }
}

TEST(RequestToken, EveryChangedBitIsRefused) {
  const auto text = kSeal.seal(kKind, kPlace, kIdentity, kIssued);
  for (std::size_t i = kPrefix.size(); i < text.size(); ++i) {
    for (std::size_t bit = 1; bit < kDigits.size(); bit *= 2) {
      auto changed = text;
      changed[i] = kDigits[kDigits.find(text[i]) ^ bit];
      EXPECT_EQ(open(changed), std::nullopt) << i << ' ' << bit;
    }
  }
}

TEST(RequestToken, NothingElseIsOpened) {
  const auto text = kSeal.seal(kKind, kPlace, kIdentity, kIssued);
  const RequestSeal other{Secret("another key, another key, another")};
  EXPECT_EQ(other.open(kKind, text, kIdentity, kIssued, kLifetime), std::nullopt);
  EXPECT_EQ(open(text + "x"), std::nullopt);
  EXPECT_EQ(open(text + "A"), std::nullopt);
  EXPECT_EQ(open("x" + text), std::nullopt);
  EXPECT_EQ(open("r-42"), std::nullopt);
  EXPECT_EQ(open(std::string(kPrefix) + std::string(8192, 'A')), std::nullopt);
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(open(text.substr(0, i)), std::nullopt) << i;
  }
}

TEST(RequestToken, ItShowsNeitherNamesNorTime) {
  const RequestPlace plain{"AAAAAAAAAAAA", "AAAAAAAAAAAA", "AAAAAAAAAAAA"};
  const auto text = kSeal.seal(kKind, plain, kIdentity, kIssued);
  EXPECT_EQ(text.find("QUFB"), std::string::npos);  // base64 of AAA
  const auto later = kSeal.seal(kKind, plain, kIdentity, kIssued + 1ms);
  ASSERT_EQ(text.size(), later.size());
  std::size_t same = 0;
  for (std::size_t i = kPrefix.size(); i < text.size(); ++i) same += text[i] == later[i] ? 1 : 0;
  EXPECT_LT(same, text.size() / 4);
}

}  // namespace
}  // namespace weir::gateway
