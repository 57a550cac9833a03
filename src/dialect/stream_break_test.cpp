#include <string>

#include <gtest/gtest.h>

#include "codec/sse.hpp"
#include "dialect/family.hpp"

namespace weir::dialect {
namespace {

TEST(StreamBreak, IsToldAsTheFamilyTellsErrors) {
  const struct {
    Family family;
    StreamBreak broken;
    const char* event;
  } cases[] = {
      {Family::openai,
       {.code = Errc::upstream_broke},
       "data: {\"error\":{\"message\":\"The answer was interrupted.\",\"type\":\"upstream_error\","
       "\"code\":\"upstream_broke\"}}\n\n"},
      {Family::openai,
       {.code = Errc::invalid_parameter, .message = "n is 0"},
       "data: {\"error\":{\"message\":\"n is 0\",\"type\":\"invalid_request_error\","
       "\"code\":\"invalid_parameter\"}}\n\n"},
      {Family::gemini,
       {.code = Errc::upstream_broke},
       "data: {\"error\":{\"code\":503,\"message\":\"The answer was interrupted.\","
       "\"status\":\"UNAVAILABLE\"}}\n\n"},
      {Family::siliconflow,
       {.code = Errc::stopping},
       "data: {\"error\":{\"message\":\"The answer was interrupted.\",\"type\":\"server_error\","
       "\"code\":\"stopping\"}}\n\n"},
      {Family::anthropic,
       {.code = Errc::upstream_broke},
       "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
       "\"message\":\"The answer was interrupted.\"}}\n\n"},
      {Family::anthropic,
       {.code = Errc::upstream_idle_timeout},
       "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\","
       "\"message\":\"The answer was interrupted.\"}}\n\n"},
      {Family::responses,
       {.code = Errc::upstream_broke, .events = 7, .model = "m", .id = R"("resp_1")"},
       "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":7,"
       "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"failed\","
       "\"error\":{\"code\":\"server_error\",\"message\":\"The answer was interrupted.\"},"
       "\"incomplete_details\":null,\"model\":\"m\",\"output\":[],\"usage\":null}}\n\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(break_event(c.family, c.broken), c.event);
}

TEST(StreamBreak, AnUnknownOrBrokenIdIsAnEmptyOne) {
  for (const char* id : {"", R"("\ud800")", "7"}) {
    const auto event = break_event(Family::responses, {.code = Errc::upstream_broke, .id = id});
    EXPECT_NE(event.find(R"("response":{"id":"",)"), std::string::npos) << event;
  }
}

TEST(StreamBreak, IsOneWholeEventAndNoMarkOfACompleteStream) {
  for (const Family family : kEnumerators<Family>) {
    auto event = break_event(family, {.code = Errc::upstream_broke});
    if (of(family).stream.framing == Framing::lines) {
      EXPECT_EQ(event, "{\"error\":\"The answer was interrupted.\"}\n");
      continue;
    }
    codec::SseSplitter splitter(event.size());
    ASSERT_EQ(splitter.whole_events(event).value(), event.size());
    std::string scratch;
    const auto data = codec::event_data(event, scratch);
    EXPECT_TRUE(data.starts_with('{') && data.ends_with('}')) << event;
    for (const char* end : {"[DONE]", "message_stop", "response.completed"}) {
      EXPECT_EQ(event.find(end), std::string::npos) << event;
    }
  }
}

}  // namespace
}  // namespace weir::dialect
