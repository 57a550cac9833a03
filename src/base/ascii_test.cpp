#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Ascii, ComparesHostNamesWhateverTheirCase) {
  EXPECT_TRUE(same_ignoring_case("API.Example.com", "api.example.COM"));
  EXPECT_TRUE(same_ignoring_case("", ""));
  EXPECT_FALSE(same_ignoring_case("api.example.com", "api.example.com."));
  EXPECT_FALSE(same_ignoring_case("\xC4", "\xE4")) << "bytes above ASCII have no case here";
  EXPECT_FALSE(same_ignoring_case("[", "{")) << "neighbours of the letters have none either";
}

TEST(Ascii, TrimsBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n\f\v"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Ascii, TakesOneWordAfterAnother) {
  std::string_view rest = "  one two  three ";
  EXPECT_EQ(take_word(rest), "one");
  EXPECT_EQ(rest, "two  three ");
  EXPECT_EQ(take_word(rest), "two");
  EXPECT_EQ(take_word(rest), "three");
  EXPECT_EQ(take_word(rest), "");
  EXPECT_EQ(take_word(rest), "");
}

}  // namespace
}  // namespace weir
