#include "app/command_line/table.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Table, AlignsColumnsAsTheyAreShown) {
  EXPECT_EQ(format_table({{"ID", "TYPE"},
                          {"é", "chat"},
                          {"long\x1b[2J", ""},
                          {"a\u202egpj\n", "b\u009b"},
                          {"\xff", "image"}}),
            "ID                TYPE\n"
            "é                 chat\n"
            "long\\x1b[2J\n"
            "a\\u{202e}gpj\\x0a  b\\u{9b}\n"
            "\\xff              image\n");
}

}  // namespace
}  // namespace weir::app
