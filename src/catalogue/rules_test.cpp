#include "catalogue/rules.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "catalogue/csv_row.hpp"

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

// rule_cases.csv has for each rule, with sources: ids of the rule's class that it decides, and a
// similar id of another class that another rule decides.
TEST(Rules, HaveThreeIdsInSupportAndANearMiss) {
  const RuleSet rule_set;
  std::map<std::string, const Rule*, std::less<>> by_name;
  for (const Rule& rule : rules()) by_name.emplace(rule.name, &rule);
  std::map<std::string, int, std::less<>> supports;
  std::map<std::string, int, std::less<>> near_misses;

  std::ifstream file("rule_cases.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::string_view rest = line;
    const std::string name(take(rest, ','));
    const std::string_view kind = take(rest, ',');
    const std::string_view id = take(rest, ',');
    const std::string_view type = take(rest, ',');
    const auto model_class = parse_class(type, take(rest, ','));
    ASSERT_TRUE(model_class.has_value()) << line;
    ASSERT_TRUE(by_name.contains(name)) << line;
    EXPECT_FALSE(rest.empty()) << line << ": no source";
    const Rule* hit = rule_set.match(id);
    if (kind == "supports") {
      ++supports[name];
      EXPECT_EQ(*model_class, by_name[name]->model_class()) << line;
      ASSERT_NE(hit, nullptr) << line;
      EXPECT_EQ(hit->name, name) << line;
    } else {
      ASSERT_EQ(kind, "near-miss") << line;
      ++near_misses[name];
      EXPECT_NE(*model_class, by_name[name]->model_class()) << line;
      EXPECT_TRUE(hit == nullptr || hit->name != name) << line;
    }
  }
  for (const Rule& rule : rules()) {
    EXPECT_GE(supports[std::string(rule.name)], 3) << rule.name;
    EXPECT_GE(near_misses[std::string(rule.name)], 1) << rule.name;
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
