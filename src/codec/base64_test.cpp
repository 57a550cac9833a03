#include "codec/base64.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

// Source: RFC 4648 §10.
TEST(Base64, TextOfEveryLengthComesBack) {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  for (const auto& [bytes, text] : {Case{"", ""}, Case{"f", "Zg=="}, Case{"fo", "Zm8="},
                                    Case{"foo", "Zm9v"}, Case{"foob", "Zm9vYg=="}}) {
    EXPECT_EQ(format_base64(bytes), text);
    EXPECT_EQ(parse_base64(text), bytes);
  }
}

TEST(Base64, BothAlphabetsAreReadAndPaddingMayBeMissing) {
  EXPECT_EQ(parse_base64("-_-_"), parse_base64("+/+/"));
  EXPECT_EQ(parse_base64("Zg"), "f");
  EXPECT_EQ(to_standard_base64("-_8"), "+/8=");
  EXPECT_EQ(to_standard_base64("Zg=="), "Zg==");
}

TEST(Base64, OtherTextIsNone) {
  for (const std::string_view text : {"Z", "Zg=a", "Z g=", "Zm9v\n", "Zg==="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

}  // namespace
}  // namespace weir::codec
