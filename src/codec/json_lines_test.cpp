#include "codec/json_lines.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(JsonLines, AreTakenOneByOne) {
  EXPECT_EQ(whole_lines(""), 0U);
  EXPECT_EQ(whole_lines("{}"), 0U);
  EXPECT_EQ(whole_lines("{}\n[1"), 3U);
  std::string_view lines = "{\"a\":1}\r\n\n[2]";
  EXPECT_EQ(take_line(lines), "{\"a\":1}\r\n");
  EXPECT_EQ(take_line(lines), "\n");
  EXPECT_EQ(take_line(lines), "[2]");
  EXPECT_EQ(take_line(lines), "");
}

TEST(JsonLines, DataIsWithoutTheEndOfTheLine) {
  EXPECT_EQ(line_data("{\"a\":1}\r\n"), "{\"a\":1}");
  EXPECT_EQ(line_data("\r\n"), "");
}

}  // namespace
}  // namespace weir::codec
