#include "codec/sse.hpp"

#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::codec {
namespace {

using testing::ElementsAre;

constexpr std::size_t kNoBound = 1U << 20U;

// Reads a stream: collects bytes, takes complete events, keeps the rest.
struct Reader {
  SseSplitter splitter{kNoBound};
  std::string buffer;
  std::vector<std::string> events;

  void read(std::string_view piece) {
    buffer += piece;
    const auto whole = splitter.whole_events(buffer);
    ASSERT_TRUE(whole.has_value());
    std::string_view ready = std::string_view(buffer).substr(0, *whole);
    while (!ready.empty()) events.emplace_back(take_event(ready));
    buffer.erase(0, *whole);
  }
};

std::vector<std::string> split(std::string_view stream, std::size_t piece_bytes) {
  Reader reader;
  for (std::size_t at = 0; at < stream.size(); at += piece_bytes) {
    reader.read(stream.substr(at, piece_bytes));
  }
  return reader.events;
}

TEST(Sse, EventsEndWithTheirBlankLine) {
  struct Case {
    std::string_view stream;
    std::vector<std::string> events;
  };
  const Case cases[] = {
      {"", {}},
      {"data: a\n", {}},
      {"data: a\n\n", {"data: a\n\n"}},
      {"data: a\n\ndata: b\n\ndata", {"data: a\n\n", "data: b\n\n"}},
      {"data: a\r\n\r\ndata: b\r\n\r\n", {"data: a\r\n\r\n", "data: b\r\n\r\n"}},
      {"data: a\r\rdata: b\r\r:", {"data: a\r\r", "data: b\r\r"}},
      {"a\n\r\nb\r\n\nc\r\r\nd\n\re\r\n\rf", {"a\n\r\n", "b\r\n\n", "c\r\r\n", "d\n\r", "e\r\n\r"}},
      {"a\nb\rc\r\n\n", {"a\nb\rc\r\n\n"}},
      {": ping\n\n\ndata: a\n\n", {": ping\n\n", "\n", "data: a\n\n"}},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       {"\xEF\xBB\xBF"
        "data: a\n\n"}},
  };
  for (const auto& c : cases) {
    for (std::size_t piece_bytes : {1000U, 1U, 2U, 3U, 5U}) {
      EXPECT_EQ(split(c.stream, piece_bytes), c.events) << c.stream << " by " << piece_bytes;
    }
  }
}

TEST(Sse, ACrlfSplitBetweenReadsMakesNoExtraEvent) {
  Reader reader;
  reader.read("data: a\r\n\r");
  EXPECT_TRUE(reader.events.empty());
  reader.read("\ndata: b\r\n\r\n");
  EXPECT_THAT(reader.events, ElementsAre("data: a\r\n\r\n", "data: b\r\n\r\n"));
}

TEST(Sse, LineEndsAreFoundAtEveryDistance) {
  for (std::size_t length = 1000; length < 1050; ++length) {
    for (std::string_view end : {"\n", "\r\n", "\r"}) {
      const auto event = std::string(length, 'x').append(end).append(end);
      EXPECT_THAT(split(event + "y", 4096), ElementsAre(event));
    }
  }
}

TEST(Sse, AnyMixtureSplitsTheSameInAnyPieces) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 5000; ++i) {
    std::string stream(random() % 40, ' ');
    for (char& c : stream) c = "\n\n\r\rab"[random() % 6];
    ASSERT_EQ(split(stream, 1 + random() % 7), split(stream, 1000))
        << testing::PrintToString(stream);
  }
}

TEST(Sse, AnEventAboveTheBoundIsAnError) {
  for (std::string_view event : {"data: 12\n\n", "data: 12\n", "data: 1234567"}) {
    SseSplitter splitter(event.size() - 1);
    const auto whole = splitter.whole_events(event);
    ASSERT_FALSE(whole.has_value());
    EXPECT_EQ(whole.error().code, Errc::upstream_answer_too_large);
    EXPECT_TRUE(SseSplitter(event.size()).whole_events(event).has_value());
  }
}

TEST(Sse, EventsBeforeOneAboveTheBoundAreGivenFirst) {
  constexpr std::string_view kBytes = "a\n\nlonger than eight\n\nb\n\n";
  SseSplitter splitter(8);
  EXPECT_EQ(splitter.whole_events(kBytes), 3U);
  EXPECT_FALSE(splitter.whole_events(kBytes.substr(3)).has_value());
}

TEST(Sse, ResetForgetsTheRest) {
  SseSplitter splitter(kNoBound);
  EXPECT_EQ(splitter.whole_events("data: half"), 0U);
  splitter.reset();
  EXPECT_EQ(splitter.whole_events("a\n\n"), 3U);
}

TEST(Sse, DataIsTheValueOfTheDataLines) {
  struct Case {
    std::string_view event;
    std::string_view data;
  };
  const Case cases[] = {
      {"data: {\"a\":1}\n\n", "{\"a\":1}"},
      {"data:{\"a\":1}\r\n\r\n", "{\"a\":1}"},
      {"data:  two blanks\n\n", " two blanks"},
      {"event: x\rid: 1\rdata: a\r\r", "a"},
      {"data: a\ndata: b\n: c\ndata\ndata:d\n\n", "a\nb\n\nd"},
      {"data\n\n", ""},
      {"data:\n\n", ""},
      {": data: a\n\n", ""},
      {"datax: a\n\n", ""},
      {" data: a\n\n", ""},
      {"Data: a\n\n", ""},
      {"data: a: b\n\n", "a: b"},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       "a"},
      {"data: a", "a"},
      {"\n", ""},
      {"", ""},
  };
  std::string scratch = "left over";
  for (const auto& c : cases) EXPECT_EQ(event_data(c.event, scratch), c.data) << c.event;
}

TEST(Sse, OneDataLineIsNotCopied) {
  constexpr std::string_view kEvent = "data: [DONE]\n\n";
  std::string scratch;
  EXPECT_EQ(event_data(kEvent, scratch).data(), kEvent.data() + 6);
}

TEST(Sse, NameIsTheLastEventField) {
  EXPECT_EQ(event_name("event: message_start\ndata: {}\n\n"), "message_start");
  EXPECT_EQ(event_name("data: {}\nevent:a\r\nevent: b\n\n"), "b");
  EXPECT_EQ(event_name("data: event: a\n\n"), "");
}

}  // namespace
}  // namespace weir::codec
