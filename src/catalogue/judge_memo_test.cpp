#include "catalogue/judge_memo.hpp"

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

void expect_same(const Decision& a, const Decision& b) {
  EXPECT_EQ(a.model_class, b.model_class);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.rule, b.rule);
}

TEST(JudgeMemo, SaysWhatTheClassifierSays) {
  const ClassEvidence evidence[] = {
      {.id = "BAAI/bge-m3"},
      {.id = "alias", .base_id = "BAAI/bge-m3"},
      {.id = "BAAI/bge-m3", .config = ModelClass::of({SubType::chat})},
      {.id = "BAAI/bge-m3", .upstream = ModelClass::of({SubType::reranker})},
      {.id = "BAAI/bge-m3", .upstream = ModelClass{{}, {Type::text}}},
      {.id = "gpt-4o"},
      {.id = "nobody/knows-it"},
  };
  const Classifier classifier;
  JudgeMemo memo;
  for (int round = 0; round < 3; ++round) {
    const auto judge = memo.begin();
    for (const auto& each : evidence) {
      expect_same(judge.decide(each), classifier.decide(each));
      const auto facts = judge.facts(each.id);
      const auto expected = classifier.facts(each.id);
      ASSERT_EQ(facts.has_value(), expected.has_value()) << each.id;
      if (facts) EXPECT_EQ(facts->facts, expected->facts);
    }
    memo.end();
  }
}

TEST(JudgeMemo, JudgesOnlyWhatIsNewAndForgetsWhatIsGone) {
  JudgeMemo memo;
  const auto ask = [&](std::initializer_list<std::string_view> ids) {
    const auto before = memo.judged();
    const auto judge = memo.begin();
    for (const auto id : ids) static_cast<void>(judge.decide({.id = id}));
    memo.end();
    return memo.judged() - before;
  };
  EXPECT_EQ(ask({"a", "b"}), 2U);
  EXPECT_EQ(ask({"a", "b"}), 0U);
  EXPECT_EQ(ask({"a", "b", "c"}), 1U);
  EXPECT_EQ(memo.size(), 3U);
  EXPECT_EQ(ask({"a"}), 0U);
  EXPECT_EQ(memo.size(), 1U);
  EXPECT_EQ(ask({"b"}), 1U);
}

}  // namespace
}  // namespace weir::catalogue
