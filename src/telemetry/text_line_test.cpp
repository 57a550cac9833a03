#include "telemetry/text_line.hpp"

#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

const WallTime kTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} +
                       std::chrono::hours(9) + std::chrono::seconds(61);

TEST(TextLine, IsReadAtAGlance) {
  EXPECT_EQ(
      text_line(kTime, Level::info, "listening", {{"listen", "127.0.0.1:8080"}, {"n", 3}}, false),
      "09:01:01 info   listening  listen=127.0.0.1:8080  n=3");
  EXPECT_EQ(text_line(kTime, Level::error, "it broke", {{"why", "two words"}, {"x", ""}}, false),
            "09:01:01 error  it broke  why=\"two words\"  x=\"\"");
}

TEST(TextLine, ColoursAreOptional) {
  EXPECT_EQ(text_line(kTime, Level::warn, "m", {{"ok", true}}, true),
            "09:01:01 \x1b[33mwarn \x1b[0m  m  \x1b[2mok=\x1b[0mtrue");
}

TEST(TextLine, ForeignTextDoesNotControlTheTerminal) {
  EXPECT_EQ(text_line(kTime, Level::info, "m", {{"name", "a\x1b[2J\nb"}}, false),
            "09:01:01 info   m  name=a\\x1b[2J\\x0ab");
}

}  // namespace
}  // namespace weir::telemetry
