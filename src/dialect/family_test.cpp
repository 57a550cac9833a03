#include "dialect/family.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/enumerators.hpp"

namespace weir::dialect {
namespace {

std::vector<std::string> paths_of(const Members& members, Meaning meaning) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < members.paths().size(); ++i) {
    if (members.meaning(i) == meaning) paths.emplace_back(members.paths()[i]);
  }
  return paths;
}

TEST(Family, SaysHowItsStreamsAreRead) {
  using Texts = std::vector<std::string>;
  const struct {
    Family family;
    const char* slug;
    Texts usage;
    Texts model;
    Texts ends;
  } cases[] = {
      {Family::openai, "openai", {"usage"}, {"model"}, {}},
      {Family::responses,
       "responses",
       {"response.usage"},
       {"response.model"},
       {R"("response.completed")", R"("response.incomplete")", R"("response.failed")"}},
      {Family::anthropic,
       "anthropic",
       {"usage", "message.usage"},
       {"message.model"},
       {R"("message_stop")"}},
      {Family::siliconflow, "siliconflow", {"usage"}, {"model"}, {}},
  };
  ASSERT_EQ(std::size(cases), kEnumeratorCount<Family>);
  for (const auto& c : cases) {
    const FamilyRow& row = of(c.family);
    EXPECT_EQ(row.slug, c.slug);
    EXPECT_EQ(paths_of(row.stream.members, Meaning::usage), c.usage) << c.slug;
    EXPECT_EQ(paths_of(row.stream.members, Meaning::model), c.model) << c.slug;
    EXPECT_EQ(Texts(row.stream.ends.begin(), row.stream.ends.end()), c.ends) << c.slug;
  }
}

TEST(Family, EveryStreamHasUsageAndAModelsName) {
  for (const Family family : kEnumerators<Family>) {
    const Members& members = of(family).stream.members;
    EXPECT_GT(members.usage_paths().size(), 0U) << of(family).slug;
    EXPECT_FALSE(paths_of(members, Meaning::model).empty()) << of(family).slug;
    // A type is read where one may end the stream, and only there.
    EXPECT_EQ(paths_of(members, Meaning::event_type).empty(), of(family).stream.ends.empty())
        << of(family).slug;
  }
}

TEST(Family, AnEventIsReadIfItMayHoldSomething) {
  const struct {
    Family family;
    const char* data;
    bool is_read;
  } cases[] = {
      {Family::openai, R"({"choices":[],"usage":{"total_tokens":1}})", true},
      {Family::openai, R"({"choices":[],"usage" : {}})", true},
      {Family::openai, R"({"choices":[{}],"usage":null})", false},
      {Family::openai, R"({"usage":null,"x":{"usage":{}}})", true},
      {Family::openai, R"({"choices":[{}]})", false},
      {Family::openai, R"({"usage")", false},
      {Family::anthropic, R"({"type":"ping"})", true},
      {Family::responses, R"({"type":"response.output_text.delta"})", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(is_worth_reading(c.data, of(c.family).stream), c.is_read) << c.data;
  }
}

TEST(Family, OnlyItsOwnTypesEndItsStream) {
  const struct {
    Family family;
    const char* type;
    bool ends;
  } cases[] = {
      {Family::anthropic, R"("message_stop")", true},
      {Family::anthropic, R"("message_delta")", false},
      {Family::anthropic, R"("error")", false},
      {Family::anthropic, "message_stop", false},
      {Family::responses, R"("response.failed")", true},
      {Family::responses, R"("response.created")", false},
      {Family::responses, R"("message_stop")", false},
      {Family::openai, R"("message_stop")", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ends_stream(c.type, of(c.family).stream), c.ends) << c.type;
  }
}

}  // namespace
}  // namespace weir::dialect
