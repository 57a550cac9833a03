#include "catalogue/rules.hpp"

#include <set>

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

TEST(NormalForm, TurnsAnIdIntoTokens) {
  EXPECT_EQ(normal_form("BAAI/bge-m3"), "-baai-bge-m3-");
  EXPECT_EQ(normal_form("nomic-embed-text:latest"), "-nomic-embed-text-latest-");
  EXPECT_EQ(normal_form("__a  b..c@1__"), "-a-b-c-1-");
  EXPECT_EQ(normal_form("模型"), "-");
  EXPECT_EQ(normal_form(""), "-");
}

TEST(Rules, HaveDistinctNamesAndAResult) {
  std::set<std::string_view> names;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_NE(rule.sub_types.empty(), rule.outside.empty()) << rule.name;
  }
}

TEST(RuleSet, ReadsTheLastPathPartFirst) {
  const RuleSet rules;
  EXPECT_EQ(rules.match("someone/embed-tools/Qwen3-8B")->name, "chat");
  EXPECT_EQ(rules.match("hf.co/Qwen/Qwen3-Embedding-0.6B-GGUF:Q4_K_M")->name, "embedding");
  EXPECT_EQ(rules.match("Qwen/Qwen3-Reranker-4B/")->name, "rerank");
}

TEST(RuleSet, ReadsTheWholePathWhenTheLastPartSaysNothing) {
  const RuleSet rules;
  EXPECT_EQ(rules.match("fal-ai/flux/schnell")->name, "image-family");
  EXPECT_EQ(rules.match("/models/bge-m3/model.gguf")->name, "embedding");
  EXPECT_EQ(rules.match("/hub/models--BAAI--bge-reranker-v2-m3/snapshots/953dc6f6")->name,
            "rerank");
}

TEST(RuleSet, HitsNothingOnAMeaninglessName) {
  const RuleSet rules;
  for (std::string_view id : {"", "/", "-", "default", "my-model", "模型", "org/x"}) {
    EXPECT_EQ(rules.match(id), nullptr) << id;
  }
}

TEST(RuleSet, TakesAnIdOfAnyLength) {
  const RuleSet rules;
  EXPECT_EQ(rules.match(std::string(100'000, 'a')), nullptr);
  EXPECT_EQ(rules.match(std::string(100'000, '/') + "bge-m3")->name, "embedding");
}

}  // namespace
}  // namespace weir::catalogue
