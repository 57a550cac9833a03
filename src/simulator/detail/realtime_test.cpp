#include "simulator/detail/realtime.hpp"

#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

constexpr Settings kAtOnce{.first_token = {}, .token = {}, .picture = {}, .video = {}};

std::vector<json::object> answer(RealtimeSession& session, std::string event) {
  std::vector<json::object> events;
  auto steps = session.answer(std::move(event));
  while (const auto step = steps.next()) events.push_back(json::parse(step->bytes).as_object());
  return events;
}

std::vector<std::string> types_of(const std::vector<json::object>& events) {
  std::vector<std::string> types;
  for (const auto& event : events) types.emplace_back(event.at("type").as_string());
  return types;
}

constexpr const char* kQuestion =
    R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
    R"("content":[{"type":"input_text","text":"Where is it?"}]}})";

TEST(RealtimeSession, GreetsWithItsModel) {
  RealtimeSession session("demo/chat", kAtOnce);
  const auto event = json::parse(session.greet()).as_object();
  EXPECT_EQ(event.at("type"), "session.created");
  EXPECT_EQ(event.at("session").at("model"), "demo/chat");
}

TEST(RealtimeSession, AnswersAQuestionInTextWithItsUsage) {
  RealtimeSession session("demo/chat", kAtOnce);
  EXPECT_EQ(types_of(answer(session, kQuestion)),
            (std::vector<std::string>{"conversation.item.added", "conversation.item.done"}));
  const auto events = answer(session, R"({"type":"response.create"})");
  ASSERT_GT(events.size(), 5U);
  std::string text;
  for (const auto& event : events) {
    if (event.at("type") == "response.output_text.delta") text += event.at("delta").as_string();
  }
  EXPECT_NE(text.find("Where is it?"), std::string::npos);
  EXPECT_EQ(events.front().at("type"), "response.created");
  const auto& done = events.back();
  EXPECT_EQ(done.at("type"), "response.done");
  const auto& usage = done.at("response").at("usage").as_object();
  EXPECT_GT(usage.at("output_tokens").as_int64(), 0);
  EXPECT_EQ(usage.at("total_tokens").as_int64(),
            usage.at("input_tokens").as_int64() + usage.at("output_tokens").as_int64());
}

TEST(RealtimeSession, KeepsWhatIsUpdated) {
  RealtimeSession session("demo/chat", kAtOnce);
  const auto events =
      answer(session, R"({"type":"session.update","session":{"instructions":"Be kind."}})");
  ASSERT_EQ(types_of(events), std::vector<std::string>{"session.updated"});
  EXPECT_EQ(events[0].at("session").at("instructions"), "Be kind.");
}

TEST(RealtimeSession, SoundIsHeardInSilenceAndTheRestRefused) {
  RealtimeSession session("demo/chat", kAtOnce);
  EXPECT_TRUE(answer(session, R"({"type":"input_audio_buffer.append","audio":""})").empty());
  for (const auto* event : {"x", "[]", "{}", R"({"type":"unknown"})"}) {
    EXPECT_EQ(types_of(answer(session, event)), std::vector<std::string>{"error"}) << event;
  }
}

}  // namespace
}  // namespace weir::simulator::detail
