#include "auth/presented_key.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::auth {
namespace {

constexpr std::string_view kKey = "sk-0123456789abcdef";

Digester make_digester() { return Digester(Secret(std::string(32, 'p'))); }

TEST(PresentedKey, GivesTheDigesterOwnDigestFirstAndAgain) {
  auto digester = make_digester();
  PresentedKey key;
  ASSERT_NE(key.digest(digester, kKey), nullptr);
  EXPECT_TRUE(equal(*key.digest(digester, kKey), digester.digest(kKey)));
}

TEST(PresentedKey, IsNeverTheLastOnesForATextThatDiffersAnywhere) {
  auto digester = make_digester();
  for (std::size_t at = 0; at < kKey.size(); ++at) {
    PresentedKey key;
    ASSERT_NE(key.digest(digester, kKey), nullptr);
    std::string other{kKey};
    other[at] = 'Z';
    const auto* digest = key.digest(digester, other);
    ASSERT_NE(digest, nullptr);
    EXPECT_TRUE(equal(*digest, digester.digest(other))) << at;
  }
}

TEST(PresentedKey, RefusesWhatCannotBeAKeyAndKeepsTheLast) {
  auto digester = make_digester();
  PresentedKey key;
  EXPECT_EQ(key.digest(digester, ""), nullptr);
  ASSERT_NE(key.digest(digester, kKey), nullptr);
  EXPECT_EQ(key.digest(digester, "short"), nullptr);
  EXPECT_EQ(key.digest(digester, kKey.substr(0, kKey.size() - 4)), nullptr);
  EXPECT_TRUE(equal(*key.digest(digester, kKey), digester.digest(kKey)));
}

}  // namespace
}  // namespace weir::auth
