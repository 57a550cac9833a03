#include "codec/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::codec {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const Query& query) {
  Pairs pairs;
  for (const auto& [name, value] : query.parameters()) pairs.emplace_back(name, value);
  return pairs;
}

TEST(Query, KeepsParametersInOrderAndDecoded) {
  struct Case {
    std::string_view text;
    Pairs pairs;
  };
  const Case cases[] = {
      {"", {}},
      {"&", {}},
      {"type=text", {{"type", "text"}}},
      {"type=text&sub_type=chat", {{"type", "text"}, {"sub_type", "chat"}}},
      {"type=text&", {{"type", "text"}}},
      {"a=1&&b=2", {{"a", "1"}, {"b", "2"}}},
      {"type", {{"type", ""}}},
      {"type=", {{"type", ""}}},
      {"=x", {{"", "x"}}},
      {"=", {{"", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a+b=c+d", {{"a b", "c d"}}},
      {"sub%5Ftype=text%2Dto%2Dimage", {{"sub_type", "text-to-image"}}},
      {"a=%26%3D", {{"a", "&="}}},
      {"a;b=1", {{"a;b", "1"}}},
      {"a=?", {{"a", "?"}}},
  };
  for (const auto& c : cases) {
    const auto query = Query::parse(c.text);
    ASSERT_TRUE(query) << c.text;
    EXPECT_EQ(pairs_of(*query), c.pairs) << c.text;
  }
}

TEST(Query, LookupTellsRepetition) {
  const auto query = Query::parse("type=text&x=1&type=image&%74ype=audio").value();

  EXPECT_EQ(query.find("type").count, 3U);
  EXPECT_EQ(query.find("type").value, "text");
  EXPECT_EQ(query.find("x").count, 1U);
  EXPECT_EQ(query.find("Type").count, 0U);
}

TEST(Query, KeepsWhatDoesNotDecodeAsItWasSent) {
  const auto query = Query::parse("a=%&b=%zz&%zz=c&d=%00&e=1%2").value();
  EXPECT_EQ(query.find("a").value, "%");
  EXPECT_EQ(query.find("b").value, "%zz");
  EXPECT_EQ(query.find("%zz").value, "c");
  EXPECT_EQ(query.find("d").value, "%00");
  EXPECT_EQ(query.find("e").value, "1%2");
}

TEST(Query, BoundsTheNumberOfParameters) {
  std::string text;
  for (std::size_t i = 0; i < Query::kMaxParameters; ++i) text += "a=1&";
  EXPECT_TRUE(Query::parse(text));

  const auto query = Query::parse(text + "a=1");
  ASSERT_FALSE(query);
  EXPECT_THAT(query.error().detail, testing::HasSubstr("64"));
}

}  // namespace
}  // namespace weir::codec
