#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/responses";

std::vector<std::string> types_of(const std::vector<boost::json::value>& events) {
  std::vector<std::string> types;
  for (const auto& event : events) {
    auto type = string_at(event, "/type");
    if (types.empty() || types.back() != type) types.push_back(std::move(type));
  }
  return types;
}

TEST(Responses, AnswerATextOrAListOfItems) {
  const auto one = json_of(post(kPath, R"({"model":"demo/chat","input":"Good day"})"));
  EXPECT_EQ(string_at(one, "/object"), "response");
  EXPECT_EQ(string_at(one, "/status"), "completed");
  EXPECT_EQ(string_at(one, "/output/0/type"), "message");
  EXPECT_EQ(string_at(one, "/output/0/content/0/type"), "output_text");
  const auto text = string_at(one, "/output/0/content/0/text");
  EXPECT_TRUE(text.starts_with("You said: “Good day”")) << text;
  EXPECT_EQ(integer_at(one, "/usage/input_tokens"), 2);
  EXPECT_EQ(integer_at(one, "/usage/output_tokens"), synthetic::count_tokens(text));
  EXPECT_EQ(integer_at(one, "/usage/total_tokens"), 2 + synthetic::count_tokens(text));

  const auto list = json_of(
      post(kPath, R"({"model":"demo/chat","instructions":"Be brief.","input":[)"
                  R"({"type":"function_call_output","call_id":"c","output":"x"},)"
                  R"({"role":"user","content":[{"type":"input_text","text":"Good day"}]}]})"));
  EXPECT_EQ(integer_at(list, "/usage/input_tokens"), 4);
}

TEST(Responses, AreThereByTheirIds) {
  const auto made = json_of(post(kPath, R"({"model":"demo/chat","input":"Good day"})"));
  const auto path = std::string(kPath) + '/' + string_at(made, "/id");
  const auto call = [&](std::string_view method, std::string_view suffix,
                        std::string_view query = {}) {
    return answer({method, path + std::string(suffix), query, {}, {}, kNow}, kAtOnce);
  };
  EXPECT_EQ(string_at(json_of(call("GET", "")), "/id"), string_at(made, "/id"));
  EXPECT_EQ(string_at(json_of(call("POST", "/cancel")), "/object"), "response");
  EXPECT_EQ(string_at(json_of(call("DELETE", "")), "/object"), "response.deleted");
  EXPECT_EQ(string_at(json_of(call("GET", "/input_items")), "/object"), "list");
  EXPECT_EQ(types_of(events_of(call("GET", "", "stream=true"))).back(), "response.completed");
  EXPECT_EQ(call("POST", "").status, 405);
  EXPECT_EQ(call("GET", "/more").status, 404);
  EXPECT_EQ(answer({"GET", "/v1/responses/resp_x", {}, {}, {}, kNow}, kAtOnce).status, 404);
}

TEST(Responses, AStreamTellsTheWholeAnswerThrice) {
  const auto events = events_of(post(kPath, R"({"model":"demo/chat","input":"Hi","stream":true})"));
  EXPECT_EQ(
      types_of(events),
      (std::vector<std::string>{
          "response.created", "response.in_progress", "response.output_item.added",
          "response.content_part.added", "response.output_text.delta", "response.output_text.done",
          "response.content_part.done", "response.output_item.done", "response.completed"}));
  std::string text;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(integer_at(events[i], "/sequence_number"), static_cast<std::int64_t>(i));
    if (string_at(events[i], "/type") == "response.output_text.delta") {
      text += string_at(events[i], "/delta");
    }
  }
  const auto whole = json_of(post(kPath, R"({"model":"demo/chat","input":"Hi"})"));
  EXPECT_EQ(text, string_at(whole, "/output/0/content/0/text"));
  EXPECT_EQ(string_at(events[events.size() - 4], "/text"), text);
  EXPECT_EQ(string_at(events.back(), "/response/output/0/content/0/text"), text);
  EXPECT_EQ(integer_at(events.back(), "/response/usage/output_tokens"),
            synthetic::count_tokens(text));
}

TEST(Responses, EventsCarryTheirTypeAsName) {
  Script script = post(kPath, R"({"model":"demo/chat","input":"Hi","stream":true})");
  const auto first = script.body.next();
  EXPECT_TRUE(
      first->bytes.starts_with("event: response.created\ndata: {\"type\":\"response.created\""))
      << first->bytes;
}

TEST(Responses, ALimitLeavesThemIncomplete) {
  const auto body =
      json_of(post(kPath, R"({"model":"demo/chat","input":"Hi","max_output_tokens":4})"));
  EXPECT_EQ(string_at(body, "/status"), "incomplete");
  EXPECT_EQ(string_at(body, "/incomplete_details/reason"), "max_output_tokens");
  const auto events = events_of(
      post(kPath, R"({"model":"demo/chat","input":"Hi","max_output_tokens":4,"stream":true})"));
  EXPECT_EQ(string_at(events.back(), "/type"), "response.incomplete");
}

TEST(Responses, NeedAnInput) {
  for (const auto* input : {"null", "[]", R"("")", "5", R"([{"role":"user","content":5}])"}) {
    const auto body = R"({"model":"demo/chat","input":)" + std::string(input) + "}";
    EXPECT_EQ(post(kPath, body).status, 400) << input;
  }
}

TEST(Compact, GivesOneItemForTheWholeInput) {
  const auto body = json_of(post(
      "/v1/responses/compact",
      R"({"model":"demo/chat","input":[{"role":"user","content":"one two"},{"role":"assistant","content":"three"}]})"));
  EXPECT_EQ(string_at(body, "/object"), "response.compaction");
  EXPECT_EQ(string_at(body, "/output/0/type"), "compaction");
  EXPECT_EQ(integer_at(body, "/usage/input_tokens"), 3);
  EXPECT_EQ(post("/v1/responses/compact", R"({"model":"demo/chat"})").status, 400);
}

}  // namespace
}  // namespace weir::simulator::detail
