#include "gateway/session_event.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

constexpr std::size_t kDepth = 64;

std::vector<std::string> models_of(std::string_view text) {
  const auto event = read_client_event(text, kDepth);
  std::vector<std::string> models;
  if (!event) return {"refused"};
  for (const auto& model : event->models) models.push_back(model.name);
  return models;
}

TEST(ClientEvent, NamesItsModelWhereverAReaderMayLook) {
  using Models = std::vector<std::string>;
  EXPECT_EQ(models_of(R"({"type":"x"})"), Models{});
  EXPECT_EQ(models_of(R"({"type":"x","model":"a"})"), Models{"a"});
  EXPECT_EQ(models_of(R"({"type":"x","session":{"model":"a"}})"), Models{"a"});
  EXPECT_EQ(models_of(R"({"session":{"mod\u0065l":"a"},"type":"x"})"), Models{"a"});
  EXPECT_EQ(models_of(R"({"type":"x","session":{"model":"a","Model":"b"}})"), (Models{"a", "b"}));
  EXPECT_EQ(models_of(R"({"type":"x","response":{"model":"a"},"model":"b"})"), (Models{"a", "b"}));
  EXPECT_EQ(models_of(R"({"type":"x","model":null})"), Models{});
  EXPECT_EQ(models_of(R"({"type":"x","session":{"audio":{"model":"a"}}})"), Models{});
}

TEST(ClientEvent, IsRefusedIfItCouldBeReadInTwoWays) {
  for (const auto* text :
       {"", "x", "[1]", R"({"type":"a")", R"({"type":"a","type":"b"})", R"({"Type":"a"})",
        R"({"type":1})", R"({"session":{}})", R"({"type":"a","model":1})", "{\"type\":\"\xff\"}",
        R"({"type":"a","session":{},"session":{}})", R"({"type":"a"} {})",
        R"({"type":"a","session":{"model":["b"]}})"}) {
    EXPECT_FALSE(read_client_event(text, kDepth)) << text;
  }
  EXPECT_FALSE(read_client_event(R"({"type":"a","b":[[[1]]]})", 3));
}

TEST(ClientEvent, NamesTheResponseThatItContinues) {
  const auto event = read_client_event(
      R"({"previous_response_id":"resp_1","type":"response.create","model":"a"})", kDepth);
  ASSERT_TRUE(event);
  ASSERT_EQ(event->continued.size(), 1U);
  EXPECT_EQ(event->continued[0].name, "resp_1");
  EXPECT_EQ(event->models.size(), 1U);
  EXPECT_TRUE(
      read_client_event(R"({"type":"x","previous_response_id":null})", kDepth)->continued.empty());
  EXPECT_FALSE(read_client_event(R"({"type":"x","previous_response_id":7})", kDepth));
}

TEST(EditEvent, MakesEditsInTheirOrder) {
  EXPECT_EQ(edit_event("abcdef", {{{4, 5}, "EE"}, {{0, 1}, ""}, {{2, 2}, "+"}}), "b+cdEEf");
}

TEST(UpstreamEvent, ReportsUsage) {
  const auto done = read_upstream_event(
      R"({"type":"response.done","response":{"status":"completed","usage":{"total_tokens":9,)"
      R"("input_tokens":7,"output_tokens":2,"input_token_details":{"cached_tokens":4}}}})");
  EXPECT_EQ(done.usage.input, 7);
  EXPECT_EQ(done.usage.output, 2);
  EXPECT_EQ(done.usage.cached, 4);
  EXPECT_FALSE(read_upstream_event(R"({"response":{"usage":null}})").usage.known());
  EXPECT_TRUE(
      read_upstream_event(R"({"usage":{"input_tokens":1,"output_tokens":1}})").usage.known());
  EXPECT_FALSE(read_upstream_event("no JSON").usage.known());
}

TEST(UpstreamEvent, NamesItsModel) {
  constexpr std::string_view kText = R"({"session":{"model":"theirs","tools":[]}})";
  const auto event = read_upstream_event(kText);
  ASSERT_EQ(event.models.size(), 1U);
  std::vector<Edit> edits;
  append_renames(edits, event.models, "a\"b");
  EXPECT_EQ(edit_event(kText, edits), R"({"session":{"model":"a\"b","tools":[]}})");
}

TEST(Usage, IsAddedUp) {
  dialect::TokenUsage sum;
  add_usage(sum, {.input = 7, .output = 2, .cached = 3});
  add_usage(sum, {.input = 1, .output = 1});
  add_usage(sum, {.sum = 5});
  EXPECT_EQ(sum.input, 13);
  EXPECT_EQ(sum.output, 3);
  EXPECT_EQ(sum.cached, 3);
  EXPECT_EQ(sum.total(), 16);
}

TEST(ErrorEvent, HasTheShapeOfOpenAis) {
  EXPECT_EQ(
      error_event(Errc::rate_limited, "Too much.", "t1"),
      R"({"type":"error","event_id":"event_t1","status":429,"error":{"type":"rate_limit_error",)"
      R"("code":"rate_limit_exceeded","message":"Too much.","param":null,"event_id":null}})");
}

}  // namespace
}  // namespace weir::gateway
