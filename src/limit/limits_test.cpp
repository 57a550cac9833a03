#include "limit/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::limit {
namespace {

using testing::HasSubstr;

TEST(Limits, HaveOneRowPerDimensionInItsOrder) {
  for (const Dimension dimension : kEnumerators<Dimension>) {
    const auto& row = limit_rows()[static_cast<std::size_t>(dimension)];
    EXPECT_EQ(&row, &describe(dimension));
    EXPECT_EQ(short_name(dimension), row.short_name);
    EXPECT_FALSE(row.short_name.empty()) << row.name;
  }
}

TEST(Limits, AreNamedAsPeopleNameThem) {
  EXPECT_EQ(short_name(Dimension::requests_per_minute), "RPM");
  EXPECT_EQ(short_name(Dimension::tokens_per_minute), "TPM");
  EXPECT_EQ(short_name(Dimension::images_per_minute), "IPM");
  EXPECT_EQ(short_name(Dimension::requests_per_day), "RPD");
  EXPECT_EQ(short_name(Dimension::tokens_per_day), "TPD");
  EXPECT_EQ(short_name(Dimension::images_per_day), "IPD");
  EXPECT_EQ(short_name(Dimension::in_flight), "concurrency");
}

TEST(Limits, ThatNoKeyMayHaveAreNamed) {
  const struct {
    Limits limits;
    std::vector<ModelLimits> of_models;
    const char* said;
  } cases[] = {
      {{.requests_per_minute = -1}, {}, "requests_per_minute must be between 1 and 1000000"},
      {{.tokens_per_day = 4'000'000'001}, {}, "tokens_per_day must be between 1 and 4000000000"},
      {{}, {{"Qwen/*", {.max_in_flight = -5}}}, "max_in_flight of \"Qwen/*\" must be between"},
      {{}, {{"", {.images_per_day = 1}}}, "is empty"},
      {{}, {{"a\nb", {.images_per_day = 1}}}, "a control character"},
      {{}, {{"a\x7f", {.images_per_day = 1}}}, "a control character"},
      {{}, {{"a", {}}, {"b", {}}, {"a", {}}}, "two entries for \"a\""},
  };
  for (const auto& c : cases) {
    const auto checked = check(c.limits, c.of_models);
    ASSERT_FALSE(checked) << c.said;
    EXPECT_EQ(checked.error().code, Errc::invalid_parameter);
    EXPECT_THAT(checked.error().detail, HasSubstr(c.said));
  }
}

TEST(Limits, EveryMaximumIsAllowedAndSoAreAHundredEntries) {
  Limits largest;
  for (const LimitRow& row : limit_rows()) largest.*row.member = row.max;
  std::vector<ModelLimits> entries;
  entries.reserve(kMaxModelLimits + 1);
  for (std::size_t i = 0; i < kMaxModelLimits; ++i) entries.push_back({std::to_string(i), largest});
  EXPECT_TRUE(check(largest, entries));

  entries.push_back({"one more", {}});
  EXPECT_FALSE(check(largest, entries));
}

TEST(ModelLimits, TheFirstEntryThatMatchesAppliesAndAPatternHasItsOwn) {
  const std::vector<ModelLimits> entries{
      {"*-mini", {}},
      {"a/*", {}},
      {"a/b", {}},
      {"*", {}},
  };
  const auto applies = [&](std::string_view model) {
    const auto* entry = entry_for(entries, model);
    return entry == nullptr ? std::string("none") : entry->models;
  };
  EXPECT_EQ(applies("a/b"), "a/*") << "an entry behind one that matches never applies";
  EXPECT_EQ(applies("a/b-mini"), "*-mini");
  EXPECT_EQ(applies("c"), "*");
  EXPECT_EQ(applies("a/*"), "a/*");
  EXPECT_EQ(applies("*"), "*");
  EXPECT_EQ(entry_for({}, "a"), nullptr);
  EXPECT_EQ(entry_for(std::span(entries).first(1), "a"), nullptr);
}

}  // namespace
}  // namespace weir::limit
