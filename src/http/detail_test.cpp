// Cases of the parsers' parts that whole messages cannot reach: a missing line end, empty input.
#include <gtest/gtest.h>

#include "http/detail/bytes.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/target.hpp"

namespace weir::http::detail {
namespace {

TEST(FieldLine, WithoutItsEndThereIsNone) {
  for (std::string_view lines : {"", "Name", "Name:", "Name: value", "Name: value\r",
                                 "Name: value\rX", "Name: val\x01ue\r\n", ": value\r\n"}) {
    EXPECT_EQ(take_field_line(lines, kToken), std::nullopt) << lines;
  }
}

TEST(Target, OfNothingThereIsNone) { EXPECT_EQ(split_target("", "weir"), std::nullopt); }

}  // namespace
}  // namespace weir::http::detail
