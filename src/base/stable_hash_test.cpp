#include "base/stable_hash.hpp"

#include <bit>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(StableHash, IsTheSameInEveryProcess) {
  EXPECT_EQ(stable_hash(""), 0xBC513A08FAFE92F9);
  EXPECT_EQ(stable_hash("vllm-1"), 0xECC05E962F0EF2D4);
}

TEST(StableHash, DiffersForTextsThatDifferAnywhere) {
  const std::string text(41, 'a');
  std::set<std::uint64_t> seen{stable_hash(text)};
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto other = text;
    other[at] = 'b';
    EXPECT_TRUE(seen.insert(stable_hash(other)).second) << at;
    EXPECT_TRUE(seen.insert(stable_hash(text.substr(0, at))).second) << at;
  }
}

TEST(StableHash, TwoTextsAreNotOneMadeOfBoth) {
  const auto of = [](std::string_view first, std::string_view second) {
    StableHash hash;
    hash.add(first);
    hash.add(second);
    return hash.value();
  };
  EXPECT_NE(of("ab", "c"), of("a", "bc"));
  EXPECT_NE(of("ab", ""), of("", "ab"));
}

TEST(StableHash, ABitOfTheTextChangesHalfOfTheHash) {
  constexpr int kTexts = 1'000;
  int changed = 0;
  for (int i = 0; i < kTexts; ++i) {
    const auto text = std::to_string(i);
    auto other = text;
    other.back() = static_cast<char>(other.back() ^ 1);
    changed += std::popcount(stable_hash(text) ^ stable_hash(other));
  }
  EXPECT_NEAR(changed / static_cast<double>(kTexts), 32, 1);
}

}  // namespace
}  // namespace weir
