#include "codec/percent.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Percent, DecodesEachEscapeOnce) {
  struct Case {
    std::string_view text;
    std::string_view decoded;
  };
  const Case cases[] = {
      {"", ""},
      {"Qwen/Qwen3-8B", "Qwen/Qwen3-8B"},
      {"Qwen%2FQwen3-8B", "Qwen/Qwen3-8B"},
      {"Qwen%2fQwen3-8B", "Qwen/Qwen3-8B"},
      {"%252F", "%2F"},
      {"a+b", "a+b"},
      {"%E4%B8%AD", "中"},
      {"%FF", "\xFF"},
  };
  for (const auto& c : cases) {
    const auto decoded = percent_decode(c.text);
    ASSERT_TRUE(decoded) << c.text;
    EXPECT_EQ(*decoded, c.decoded);
  }
}

TEST(Percent, EncodesAllButTheUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b:c d+&=%\n"), "a%2Fb%3Ac%20d%2B%26%3D%25%0A");
  EXPECT_EQ(percent_decode(percent_encode("中/\x01")).value(), "中/\x01");
}

TEST(Percent, PlusIsASpaceWhereAsked) {
  EXPECT_EQ(percent_decode("a+b%2B", Plus::space).value(), "a b+");
}

TEST(Percent, RefusesWhatIsNoEscapeAndTheNul) {
  for (std::string_view text :
       {"%", "%2", "a%", "%zz", "%2g", "%g2", "% 2", "%00", "a%00b", "%-1"}) {
    const auto decoded = percent_decode(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, Errc::malformed_request);
  }
}

}  // namespace
}  // namespace weir::codec
