#include "codec/hex.hpp"

#include <array>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Hex, WritesTwoLowerCaseDigitsPerByte) {
  const std::array<std::uint8_t, 4> bytes = {0x00, 0x0F, 0xA5, 0xFF};
  std::string out = "x";
  append_hex(out, bytes);
  EXPECT_EQ(out, "x000fa5ff");
}

TEST(Hex, DigitsOfBothCasesHaveAValueAndOthersHaveNone) {
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('f'), 15);
  EXPECT_EQ(hex_digit('F'), 15);
  for (char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\xFF'}) EXPECT_EQ(hex_digit(c), -1) << c;
}

}  // namespace
}  // namespace weir::codec
