#include "gateway/passed_fields.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using enum dialect::Family;

std::string passed(dialect::Family family, std::initializer_list<http::Field> fields,
                   std::string_view caller = "key") {
  http::Request request;
  for (const auto& field : fields) request.add(field, http::field_name(field.name));
  std::string head;
  append_passed_fields(head, request, passed_fields(family), caller);
  return head;
}

TEST(PassedFields, AreThoseOfTheFamily) {
  const std::initializer_list<http::Field> all = {
      {"OpenAI-Organization", "o"}, {"OpenAI-Project", "p"},    {"OpenAI-Beta", "b"},
      {"anthropic-version", "v"},   {"anthropic-beta", "a"},    {"Idempotency-Key", "i"},
      {"session-id", "s"},          {"x-session-affinity", "x"}};
  const std::string openais = "OpenAI-Organization: o\r\nOpenAI-Project: p\r\nOpenAI-Beta: b\r\n";
  const std::string anthropics = "anthropic-version: v\r\nanthropic-beta: a\r\n";
  const auto any =
      passed(openai, {{"Idempotency-Key", "i"}}) + "session-id: s\r\nx-session-affinity: x\r\n";
  EXPECT_EQ(passed(openai, all), openais + anthropics + any);
  EXPECT_EQ(passed(responses, all), openais + any);
  EXPECT_EQ(passed(anthropic, all), anthropics + any);
  EXPECT_EQ(passed(siliconflow, all), any);
}

TEST(PassedFields, NoOtherFieldIsPassed) {
  for (const auto family : kEnumerators<dialect::Family>) {
    EXPECT_EQ(passed(family, {{"Authorization", "Bearer sk"},
                              {"x-api-key", "sk"},
                              {"x-goog-api-key", "sk"},
                              {"Cookie", "a=b"},
                              {"Host", "h"},
                              {"X-Forwarded-For", "192.0.2.1"},
                              {"User-Agent", "u"},
                              {"Connection", "close"},
                              {"Transfer-Encoding", "chunked"}}),
              "");
  }
}

TEST(PassedFields, EachLineOfAListIsPassed) {
  EXPECT_EQ(passed(anthropic, {{"anthropic-beta", "a"}, {"Anthropic-Beta", "b, c"}}),
            "anthropic-beta: a\r\nAnthropic-Beta: b, c\r\n");
}

TEST(PassedFields, AnEmptyOneIsLeftOut) {
  EXPECT_EQ(passed(openai, {{"OpenAI-Organization", ""}, {"Idempotency-Key", "i"}}),
            passed(openai, {{"Idempotency-Key", "i"}}));
}

TEST(PassedFields, AnIdempotencyKeyIsTheCallersOwn) {
  const auto mine = passed(openai, {{"Idempotency-Key", "order-1"}}, "a");
  EXPECT_EQ(mine, passed(openai, {{"Idempotency-Key", "order-1"}}, "a"));
  EXPECT_NE(mine, passed(openai, {{"Idempotency-Key", "order-1"}}, "b"));
  EXPECT_NE(mine, passed(openai, {{"Idempotency-Key", "order-2"}}, "a"));
  EXPECT_EQ(mine.size(), std::string_view("Idempotency-Key: \r\n").size() + 32);
}

TEST(PassedFields, OneGivenTwiceThatIsNoListIsLeftOut) {
  EXPECT_EQ(passed(openai, {{"traceparent", "a"}, {"Traceparent", "b"}, {"session-id", "s"}}),
            "session-id: s\r\n");
}

TEST(PassedFields, ThoseThatConnectionNamesEndHere) {
  EXPECT_EQ(passed(openai, {{"Connection", "keep-alive , IDEMPOTENCY-KEY"},
                            {"Idempotency-Key", "i"},
                            {"connection", "session-id"},
                            {"session-id", "s"},
                            {"OpenAI-Beta", "b"}}),
            "OpenAI-Beta: b\r\n");
}

TEST(PassedFields, TheBetaIsAskedForByItsParameter) {
  EXPECT_TRUE(wants_beta("beta=true", anthropic));
  EXPECT_TRUE(wants_beta("a=b&beta=true", anthropic));
  EXPECT_TRUE(wants_beta("beta=true&&a", anthropic));
  for (const auto* query : {"", "beta", "beta=false", "beta=truer", "xbeta=true", "&&"}) {
    EXPECT_FALSE(wants_beta(query, anthropic)) << query;
  }
  EXPECT_FALSE(wants_beta("beta=true", openai));
}

}  // namespace
}  // namespace weir::gateway
