#include "catalogue/spelling.hpp"

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

TEST(Spelling, VariantsOfOneIdAreEqualAndHashAlike) {
  struct Case {
    std::string_view a, b;
    bool same;
  };
  const Case cases[] = {
      {"llama3", "llama3:latest", true},
      {"Llama3:Latest", "llama3", true},
      {"models/gemini-2.5-pro", "gemini-2.5-pro", true},
      {"Qwen/Qwen3-8B", "qwen/qwen3-8b", true},
      {"llama3", "llama3:8b", false},
      {"llama3:latest", "llama3:8b", false},
      {"org/llama3", "llama3", false},
      {"models/", "", false},
      {":latest", "", false},
      {"qwen3-8b", "qwen3_8b", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(SameSpelling()(c.a, c.b), c.same) << c.a << " " << c.b;
    EXPECT_EQ(means(c.a, c.b, true), c.same) << c.a << " " << c.b;
    EXPECT_EQ(SpellingHash()(c.a) == SpellingHash()(c.b), c.same) << c.a << " " << c.b;
  }
}

TEST(Spelling, CaseCountsUnlessTheServerIgnoresIt) {
  EXPECT_TRUE(means("llama3", "llama3:latest", false));
  EXPECT_FALSE(means("Llama3", "llama3:latest", false));
  EXPECT_TRUE(means("Llama3", "llama3:latest", true));
}

}  // namespace
}  // namespace weir::catalogue
