#include "codec/glob.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Glob, MatchesAsTheTableSays) {
  struct Case {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"**", "", true},
      {"*", "Qwen/Qwen3-8B", true},
      {"?", "", false},
      {"?", "a", true},
      {"?", "ab", false},
      {"a", "a", true},
      {"a", "A", false},
      {"a", "ab", false},
      {"Qwen/*", "Qwen/Qwen3-8B", true},
      {"Qwen/*", "Qwen/", true},
      {"Qwen/*", "Qwen", false},
      {"*8B", "Qwen/Qwen3-8B", true},
      {"*8B", "Qwen/Qwen3-8B-it", false},
      {"*/bge-?3", "BAAI/bge-m3", true},
      {"*/bge-?3", "BAAI/bge-3", false},
      {"*ab*ab*", "xxabyyabzz", true},
      {"*ab*ab*", "xxabyyzz", false},
      {"*aab", "aaab", true},
      {"a*?", "a", false},
      {"a*?", "ab", true},
      {"a?*b", "aab", true},
      {"a?*b", "ab", false},
      {"[ab]", "a", false},
      {"[ab]", "[ab]", true},
      {"gpt-4.1", "gpt-4x1", false},
      {"a*", "a\n\0b", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(glob_matches(c.pattern, c.text), c.matches) << c.pattern << " on " << c.text;
  }
}

TEST(Glob, StarCrossesSlashes) { EXPECT_TRUE(glob_matches("a*z", "a/b/c/z")); }

TEST(Glob, ManyStarsDoNotExplode) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  pattern += "b";
  EXPECT_FALSE(glob_matches(pattern, std::string(5000, 'a')));
}

// The definition of a match, recursive over the first byte; exponential, so for short inputs only.
bool means(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return means(pattern.substr(1), text) || (!text.empty() && means(pattern, text.substr(1)));
  }
  if (text.empty() || (pattern[0] != '?' && pattern[0] != text[0])) return false;
  return means(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithItsDefinitionOnRandomInputs) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto draw = [&](std::string_view alphabet) {
    std::string out(random() % 8, ' ');
    for (char& c : out) c = alphabet[random() % alphabet.size()];
    return out;
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto pattern = draw("ab*?");
    const auto text = draw("ab");
    ASSERT_EQ(glob_matches(pattern, text), means(pattern, text)) << pattern << " on " << text;
  }
}

TEST(Glob, TwoOverlapIfATextMatchesBoth) {
  struct Case {
    std::string_view a;
    std::string_view b;
    bool overlap;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "*", true},
      {"", "?", false},
      {"a", "a", true},
      {"a", "b", false},
      {"a", "?", true},
      {"?", "?", true},
      {"?", "??", false},
      {"*", "*", true},
      {"Qwen/*", "*", true},
      {"Qwen/*", "BAAI/*", false},
      {"Qwen/*", "*-8B", true},
      {"Qwen/*", "Q*", true},
      {"a*b", "*c", false},
      {"a*b", "ab*", true},
      {"*a", "*b", false},
      {"a?", "?b", true},
      {"ab*", "a", false},
      {"*x*y*", "x?y", true},
      {"a*a", "a", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(globs_overlap(c.a, c.b), c.overlap) << c.a << " and " << c.b;
    EXPECT_EQ(globs_overlap(c.b, c.a), c.overlap) << c.b << " and " << c.a;
  }
}

// If two patterns of up to three bytes have a text in common, they have one of up to six: at most a
// byte for each of theirs.
TEST(Glob, OverlapAgreesWithItsDefinition) {
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == 6) break;
    for (const char c : {'a', 'b'}) texts.push_back(texts[i] + c);
  }
  std::vector<std::string> patterns{""};
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].size() == 3) break;
    for (const char c : {'a', 'b', '*', '?'}) patterns.push_back(patterns[i] + c);
  }
  for (const auto& a : patterns) {
    for (const auto& b : patterns) {
      const bool shared = std::ranges::any_of(
          texts, [&](const auto& text) { return glob_matches(a, text) && glob_matches(b, text); });
      ASSERT_EQ(globs_overlap(a, b), shared) << a << " and " << b;
    }
  }
}

TEST(Glob, OnlyStarAndQuestionMarkMakeAPattern) {
  EXPECT_TRUE(is_glob("a*"));
  EXPECT_TRUE(is_glob("?"));
  EXPECT_FALSE(is_glob("BAAI/bge-m3[x]"));
  EXPECT_FALSE(is_glob(""));
}

}  // namespace
}  // namespace weir::codec
