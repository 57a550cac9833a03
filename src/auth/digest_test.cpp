#include "auth/digest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::auth {
namespace {

std::string hex(const store::Digest& digest) {
  std::string text;
  for (const std::byte byte : digest) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

TEST(Digester, MakesHmacSha256) {
  // RFC 4231 §4.3, test case 2.
  Digester jefe(Secret("Jefe"));
  EXPECT_EQ(hex(jefe.digest("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  Digester digester(Secret(std::string(32, 'p')));
  EXPECT_EQ(hex(digester.digest("0123456789abcdef")),
            "63c7d7f7572e33d65b443a4103b45c9d0ad9695f14e358f8cdbeaf7afe9443d4");
}

TEST(Digester, RemembersNothingBetweenTexts) {
  Digester used(Secret("pepper"));
  const auto first = used.digest("first");
  static_cast<void>(used.digest(std::string(1000, 'x')));
  static_cast<void>(used.digest(""));

  EXPECT_TRUE(equal(used.digest("first"), first));
}

TEST(Digester, AnotherPepperMakesAnotherDigest) {
  Digester one(Secret("pepper one"));
  Digester other(Secret("pepper two"));
  EXPECT_FALSE(equal(one.digest("text"), other.digest("text")));
}

TEST(Digest, DiffersIfAnyBitDoes) {
  store::Digest a{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    store::Digest b = a;
    b[i] ^= std::byte{1};
    EXPECT_FALSE(equal(a, b)) << i;
  }
  EXPECT_TRUE(equal(a, store::Digest{}));
}

}  // namespace
}  // namespace weir::auth
