#include "app/table.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Table, AlignsColumnsAndTamesControlCharacters) {
  EXPECT_EQ(format_table({{"ID", "TYPE"}, {"é", "chat"}, {"long\x1b[2J", ""}}),
            "ID        TYPE\n"
            "é         chat\n"
            "long?[2J\n");
}

}  // namespace
}  // namespace weir::app
