#include "catalogue/spelling.hpp"

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

TEST(Spelling, IsReadAsTheServerReadsIt) {
  struct Case {
    std::string_view a, b;
    bool exact, ollama;
  };
  const Case cases[] = {
      {"llama3", "llama3:latest", true, true},
      {"models/gemini-2.5-pro", "gemini-2.5-pro", true, true},
      {"Llama3:Latest", "llama3", false, true},
      {"Qwen/Qwen3-8B", "qwen/qwen3-8b", false, true},
      {"library/llama3", "llama3:latest", false, true},
      {"registry.ollama.ai/library/llama3:8b", "llama3:8b", false, true},
      {"llama3", "llama3:8b", false, false},
      {"llama3:latest", "llama3:8b", false, false},
      {"org/llama3", "llama3", false, false},
      {"models/", "", false, false},
      {":latest", "", false, false},
      {"qwen3-8b", "qwen3_8b", false, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(means(c.a, c.b, Spelling::exact), c.exact) << c.a << " " << c.b;
    EXPECT_EQ(means(c.a, c.b, Spelling::ollama), c.ollama) << c.a << " " << c.b;
    EXPECT_EQ(SpellingHash()(c.a) == SpellingHash()(c.b), c.ollama) << c.a << " " << c.b;
  }
}

}  // namespace
}  // namespace weir::catalogue
