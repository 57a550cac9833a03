#include "gateway/prompt_estimate.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

std::int64_t estimate(std::string_view body) {
  static const limit::TokenForecast kForecast;
  return estimate_tokens(weigh_body(body), "lab/chat", kForecast);
}

TEST(PromptEstimate, CountsTheTextOfAnyFamily) {
  const std::string_view bodies[] = {
      R"({"system":"Be kind.","messages":[{"role":"user","content":"Hello there"}]})",
      R"({"system":[{"type":"text","text":"Be kind."}],)"
      R"("messages":[{"role":"user","content":[{"type":"text","text":"Hello there"}]}]})",
      R"({"instructions":"Be kind.","input":[{"role":"user","content":"Hello there"}]})",
      R"({"contents":[{"role":"user","parts":[{"text":"Be kind. Hello there"}]}]})",
  };
  for (const auto body : bodies) {
    EXPECT_GE(estimate(body), 6) << body;
    EXPECT_LE(estimate(body), 12) << body;
  }
}

TEST(PromptEstimate, GrowsWithToolsAndNotWithPictures) {
  const std::string message = R"("messages":[{"role":"user","content":"foo"}])";
  const auto alone = estimate("{" + message + "}");
  const auto with_tool = estimate("{" + message +
                                  R"(,"tools":[{"name":"read","description":)"
                                  R"("Reads a file from the local disk.",)"
                                  R"("input_schema":{"type":"object"}}]})");
  EXPECT_GE(with_tool, alone + 6);

  const std::string picture(10'000, 'A');
  const auto with_picture = estimate(
      R"({"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64",)"
      R"("media_type":"image/png","data":")" +
      picture + R"("}},{"type":"text","text":"foo"}]}]})");
  EXPECT_EQ(with_picture, alone);
}

TEST(PromptEstimate, ABodyWithoutTextIsEmpty) {
  EXPECT_TRUE(weigh_body(R"({"model":"lab/chat"})").empty());
  EXPECT_TRUE(weigh_body(R"({"model":"lab/chat","messages":[]})").empty());
  EXPECT_FALSE(weigh_body(R"({"messages":[{"role":"user","content":""}]})").empty());
}

}  // namespace
}  // namespace weir::gateway
