#include "translation/detail/carried_reasoning.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

TEST(CarriedReasoning, ComesBackAsItWas) {
  for (const std::string_view member : {"reasoning_content", "reasoning"}) {
    for (const std::string_view text : {"", "hm", "a:\"b\"\n漢字"}) {
      EXPECT_TRUE(can_carry(member));
      std::string out;
      append_carried(out, {.member = member, .text = text});
      const auto content = json::parse(out).as_string();
      const auto carried = parse_carried(content);
      ASSERT_TRUE(carried);
      EXPECT_EQ(carried->member, member);
      EXPECT_EQ(carried->text, text);
    }
  }
}

TEST(CarriedReasoning, IsNothingOfAnotherOrigin) {
  for (const std::string_view content :
       {"", "gAAAAABo", "weir:", "weir:reasoning", "weir:content:x", "weir:reasoning_contents:x"}) {
    EXPECT_FALSE(parse_carried(content)) << content;
  }
}

TEST(CarriedReasoning, IsNotThatOfTheContent) {
  for (const std::string_view member : {"content", ""}) EXPECT_FALSE(can_carry(member)) << member;
}

TEST(CarriedReasoning, GoesToTheMessageThatFollowsIt) {
  constexpr std::string_view kThought =
      R"({"type":"reasoning","summary":[],"encrypted_content":"weir:reasoning_content:hm"})";
  constexpr std::string_view kCall =
      R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})";
  constexpr std::string_view kResult =
      R"({"type":"function_call_output","call_id":"c","output":"r"})";
  constexpr std::string_view kSaid = R"({"role":"assistant","content":"a"})";
  constexpr std::string_view kAsked = R"({"role":"user","content":"b"})";
  const struct {
    std::vector<std::string_view> items;
    std::vector<std::string> reasoning;  ///< of each message
  } cases[] = {
      {{kThought, kCall, kResult, kThought, kSaid}, {"hm", "", "hm"}},
      {{kThought, kSaid, kCall, kResult}, {"hm", ""}},
      {{kSaid, kThought, kCall, kResult}, {"hm", ""}},
      {{kThought, kCall, kThought, kSaid, kResult}, {"hm\nhm", ""}},
      {{kThought, kAsked, kSaid}, {"", ""}},
  };
  for (const auto& c : cases) {
    std::string body = R"({"model":"m","input":[)";
    for (const auto& item : c.items) body.append(item).append(&item == &c.items.back() ? "" : ",");
    auto request = translate(catalogue::Endpoint::responses, body += "]}",
                             {.model = "m", .upstream_model = "m"});
    ASSERT_TRUE(request) << request.error().detail;
    const auto chat = json::parse(request->body);
    std::vector<std::string> reasoning;
    for (const auto& message : chat.at("messages").as_array()) {
      const auto* text = message.as_object().if_contains("reasoning_content");
      reasoning.emplace_back(text == nullptr ? std::string_view{} : text->as_string());
    }
    EXPECT_EQ(reasoning, c.reasoning) << body;
    EXPECT_TRUE(request->dropped.empty());
  }
}

}  // namespace
}  // namespace weir::translation::detail
