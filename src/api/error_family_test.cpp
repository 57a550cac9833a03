#include "api/error_family.hpp"

#include <gtest/gtest.h>

#include "http/message_parser.hpp"

namespace weir::api {
namespace {

using dialect::Family;

// The family of a request with these field lines.
Family family_of(const std::string& target, const std::string& lines = {},
                 const std::string& method = "GET") {
  http::MessageParser parser({});
  const auto head = method + " " + target + " HTTP/1.1\r\nHost: weir\r\n" + lines + "\r\n";
  EXPECT_TRUE(parser.parse_head(head)) << head;
  return error_family(&parser.request());
}

TEST(ErrorFamily, IsThatOfThePath) {
  EXPECT_EQ(family_of("/v1/models"), Family::siliconflow);
  EXPECT_EQ(family_of("/models?type=text"), Family::siliconflow);
  EXPECT_EQ(family_of("/v1/models/a/b"), Family::siliconflow);
  EXPECT_EQ(family_of("/v1/chat/completions"), Family::openai);
  EXPECT_EQ(family_of("/v1/responses"), Family::openai);
  EXPECT_EQ(family_of("/v1/rerank"), Family::openai);
  EXPECT_EQ(family_of("/v1/realtime"), Family::openai);
  EXPECT_EQ(family_of("/v1/messages"), Family::anthropic);
  EXPECT_EQ(family_of("/v1/v1/messages/"), Family::anthropic);
  for (const char* path : {"/v1beta/models", "/v1alpha/models/a", "/v1beta/cachedContents",
                           "/v1beta/models/a/b:generateContent", "/v1/models/a:generateContent"}) {
    EXPECT_EQ(family_of(path, {}, "POST"), Family::gemini) << path;
  }
  EXPECT_EQ(family_of("/api/chat", {}, "POST"), Family::ollama);
  EXPECT_EQ(family_of("/api/tags"), Family::ollama);
  EXPECT_EQ(family_of("/api/unknown", "anthropic-version: 1\r\n"), Family::ollama);
  EXPECT_EQ(family_of("/v1/unknown"), Family::siliconflow);
  EXPECT_EQ(family_of("/v1/unknown", {}, "POST"), Family::openai);
}

TEST(ErrorFamily, IsShownByFieldsToo) {
  EXPECT_EQ(family_of("/v1/models", "X-Stainless-Lang: js\r\n"), Family::openai);
  EXPECT_EQ(family_of("/v1/models", "x-goog-api-key: k\r\n"), Family::gemini);
  EXPECT_EQ(family_of("/v1/chat/completions", "x-goog-api-key: k\r\n", "POST"), Family::openai);
  EXPECT_EQ(family_of("/v1/models", "anthropic-version: 2023-06-01\r\n"), Family::anthropic);
  EXPECT_EQ(family_of("/v1/models", "anthropic-version: 1\r\nX-Stainless-Lang: js\r\n"),
            Family::anthropic);
  EXPECT_EQ(family_of("/v1/models", "X-Stainles: js\r\n"), Family::siliconflow);
  EXPECT_EQ(family_of("/v1/unknown", "anthropic-version: 2023-06-01\r\n"), Family::anthropic);
}

TEST(ErrorFamily, IsTheContractsWithoutARequest) {
  EXPECT_EQ(error_family(nullptr), Family::siliconflow);
}

}  // namespace
}  // namespace weir::api
