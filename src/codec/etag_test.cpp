#include "codec/etag.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Etag, IsTheStartOfSha256InQuotes) {
  // FIPS 180-2's example: SHA-256 of "abc".
  EXPECT_EQ(strong_etag("abc"), "\"ba7816bf8f01cfea414140de5dae2223\"");
  EXPECT_NE(strong_etag("abc"), strong_etag("abd"));
}

TEST(Etag, IfNoneMatchComparesAsTheTableSays) {
  struct Case {
    std::string_view field;
    bool matches;
  };
  const Case cases[] = {
      {"", false},
      {"*", true},
      {" * ", true},
      {"*, \"a\"", false},
      {"\"a\"", true},
      {"W/\"a\"", true},
      {"w/\"a\"", false},
      {"\"b\"", false},
      {"\"A\"", false},
      {"\"b\", \"a\"", true},
      {"\"b\",W/\"a\"", true},
      {"\"b\" ,\t\"a\" , \"c\"", true},
      {", ,\"a\"", true},
      {"\"b,\"a\"", false},
      {"\"x,y\", \"a\"", true},
      {"\"a", false},
      {"a", false},
      {"\"a\"\"b\"", false},
      {"\"b\" \"a\"", false},
      {"\"b c\", \"a\"", false},
      {"W/", false},
  };
  for (const auto& c : cases) EXPECT_EQ(etag_matches(c.field, "\"a\""), c.matches) << c.field;
}

TEST(Etag, AWeakTagOfOursComparesWeakly) { EXPECT_TRUE(etag_matches("\"a\"", "W/\"a\"")); }

}  // namespace
}  // namespace weir::codec
