#include "translation/detail/gemini_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::translation::detail {
namespace {

using testing::ElementsAre;

TEST(GeminiCalls, AResultBelongsToTheCallOfItsId) {
  EXPECT_THAT(answered_calls({{"a", "f", true}, {"b", "f", true}}, {{"b", "f"}, {"a", "f"}}),
              ElementsAre("b", "a"));
}

TEST(GeminiCalls, AResultWithoutAnIdBelongsToTheFirstCallOfItsName) {
  EXPECT_THAT(
      answered_calls({{"1", "f"}, {"2", "g"}, {"3", "f"}}, {{"", "f"}, {"", "f"}, {"", "g"}}),
      ElementsAre("1", "3", "2"));
}

TEST(GeminiCalls, AnUnknownIdTakesNoCallThatAnotherResultNames) {
  EXPECT_THAT(answered_calls({{"a", "f", true}, {"b", "f", true}}, {{"zz", "f"}, {"a", "f"}}),
              ElementsAre("b", "a"));
}

TEST(GeminiCalls, CallsWithoutIdsComeFirst) {
  EXPECT_THAT(answered_calls({{"a", "f", true}, {"2", "f"}}, {{"", "f"}, {"zz", "f"}}),
              ElementsAre("2", "a"));
}

TEST(GeminiCalls, TwoCallsOfOneIdAreToldApartByName) {
  EXPECT_THAT(answered_calls({{"a", "f", true}, {"a", "g", true}, {"b", "g", true}},
                             {{"a", "g"}, {"a", "f"}, {"b", "h"}}),
              ElementsAre("a", "a", "b"));
}

TEST(GeminiCalls, AResultOfNoCallHasNone) {
  EXPECT_THAT(answered_calls({{"a", "f", true}}, {{"a", "f"}, {"a", "f"}, {"", "g"}, {"b", ""}}),
              ElementsAre("a", "", "", ""));
  EXPECT_THAT(answered_calls({}, {{"", ""}}), ElementsAre(""));
}

TEST(GeminiCalls, TheCostFollowsTheSum) {
  constexpr std::size_t kMany = 50'000;
  const std::vector<MadeCall> calls(kMany, {"i", "a", true});
  const std::vector<NamedResult> results(kMany, {"x", "b"});
  const auto answered = answered_calls(calls, results);
  EXPECT_THAT(answered, testing::Each(""));
}

}  // namespace
}  // namespace weir::translation::detail
