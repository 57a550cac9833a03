#include "app/process/takeover_message.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(TakeoverMessage, IsReadAsItWasWritten) {
  const std::pair<TakeoverMessage, std::string_view> rows[] = {
      {Hello{"1.2.3"}, "weir-takeover/1 hello 1.2.3"},
      {PassedListener{"api", 4}, "weir-takeover/1 listener api 4"},
      {Complete{5}, "weir-takeover/1 complete 5"},
      {Refused{"it is stopping"}, "weir-takeover/1 refused it is stopping"},
      {Ready{}, "weir-takeover/1 ready"},
      {Leaving{}, "weir-takeover/1 leaving"},
  };
  for (const auto& [message, text] : rows) {
    EXPECT_EQ(format_takeover(message), text);
    const auto parsed = parse_takeover(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, message) << text;
  }
}

TEST(TakeoverMessage, AnythingElseIsRefused) {
  for (const std::string_view text :
       {"", " ", "weir-takeover/1", "weir-takeover/1 ", "weir-takeover/1 hello",
        "weir-takeover/1 bye", "weir-takeover/1 ready now", "weir-takeover/1 complete",
        "weir-takeover/1 complete -1", "weir-takeover/1 complete 5x",
        "weir-takeover/1 complete 99999", "weir-takeover/1 complete 99999999999999999999999",
        "weir-takeover/1 listener", "weir-takeover/1 listener api", "weir-takeover/1 listener  1",
        "weir-takeover/1 listener api 1 2", "GET / HTTP/1.1"}) {
    const auto parsed = parse_takeover(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::malformed_request) << text;
  }
}

TEST(TakeoverMessage, AnotherVersionIsNamed) {
  const auto parsed = parse_takeover("weir-takeover/2 hello 9.0.0");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().detail,
            "the other server uses weir-takeover/2, this one weir-takeover/1; stop it and start "
            "this one");
}

}  // namespace
}  // namespace weir::app
