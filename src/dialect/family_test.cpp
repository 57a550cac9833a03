#include "dialect/family.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/enumerators.hpp"

namespace weir::dialect {
namespace {

TEST(Family, SaysHowItsStreamsAreRead) {
  using Texts = std::vector<std::string>;
  const struct {
    Family family;
    const char* slug;
    Texts ends;
  } cases[] = {
      {Family::openai, "openai", {}},
      {Family::responses,
       "responses",
       {"response.completed", "response.incomplete", "response.failed"}},
      {Family::anthropic, "anthropic", {"message_stop"}},
      {Family::siliconflow, "siliconflow", {}},
      {Family::ollama, "ollama", {}},
      {Family::gemini, "gemini", {}},
  };
  ASSERT_EQ(std::size(cases), kEnumeratorCount<Family>);
  for (const auto& c : cases) {
    const FamilyRow& row = of(c.family);
    EXPECT_EQ(row.slug, c.slug);
    EXPECT_EQ(Texts(row.stream.ends.begin(), row.stream.ends.end()), c.ends) << c.slug;
  }
}

TEST(Family, EveryFamilyHasText) {
  for (const Family family : kEnumerators<Family>) {
    EXPECT_FALSE(of(family).text.empty()) << of(family).slug;
    EXPECT_FALSE(of(family).stream.text.empty()) << of(family).slug;
  }
}

TEST(Family, OnlyItsOwnTypesEndItsStream) {
  const struct {
    Family family;
    const char* type;
    bool ends;
  } cases[] = {
      {Family::anthropic, "message_stop", true},
      {Family::anthropic, "message_delta", false},
      {Family::anthropic, "error", false},
      {Family::responses, "response.failed", true},
      {Family::responses, "response.created", false},
      {Family::responses, "message_stop", false},
      {Family::openai, "message_stop", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ends_stream(c.type, of(c.family).stream), c.ends) << c.type;
  }
}

}  // namespace
}  // namespace weir::dialect
