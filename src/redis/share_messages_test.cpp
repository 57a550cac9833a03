#include "redis/share_messages.hpp"

#include <gtest/gtest.h>

namespace weir::redis {
namespace {

using codec::RespValue;
using namespace shares;
using std::chrono::milliseconds;
using Kind = RespValue::Kind;

RespValue text(std::string value) { return {Kind::text, std::move(value)}; }
RespValue number(std::int64_t value) { return {Kind::integer, {}, value}; }
RespValue array(std::vector<RespValue> items) { return {Kind::array, {}, 0, std::move(items)}; }

TEST(ShareMessages, ATradeIsTenArguments) {
  const Trade trade{.pool = "p",
                    .seq = 3,
                    .limit = 10,
                    .have = 1,
                    .need = 2,
                    .want = 4,
                    .demand = 5,
                    .spent = {{2, milliseconds(7)}},
                    .heir_of = "dead"};
  const auto arguments = format_command(TradeMany{"g", "n", {trade}}, "run");
  EXPECT_EQ(arguments, (std::vector<std::string>{"trade", "g", "n", "p", "3", "10", "1", "2", "4",
                                                 "5", "60000", "2:7,", "dead"}));
}

TEST(ShareMessages, ReadsTheAnswers) {
  const auto traded =
      parse_reply(TradeMany{},
                  array({array({number(3), number(2), number(8), number(5)}), array({text("p")})}));
  EXPECT_EQ(std::get<Traded>(traded).holdings, (std::vector<Holding>{{3, 2, 8, 5}}));
  const auto beaten = std::get<Beaten>(
      parse_reply(Beat{}, array({array({text("n"), text("7")}), array({text("d")}), text("4:1")})));
  EXPECT_EQ(beaten.beats.at(0).second, 7U);
  EXPECT_EQ(beaten.hold, (Hold{4, true}));
  const auto buried = std::get<Buried>(parse_reply(
      Bury{}, array({number(1), array({array({text("p"), text("10"), text("3"), text("60000"),
                                              text("2:7,x,1:-1,")})})})));
  ASSERT_EQ(buried.legacies.size(), 1U);
  EXPECT_EQ(buried.legacies[0].spent, (std::vector<Spent>{{2, milliseconds(7)}}));
}

TEST(ShareMessages, ReadsWhyTheStoreDidNothing) {
  const auto why = [](std::string error) {
    return std::get<Rejection>(parse_reply(Beat{}, {Kind::error, std::move(error)}));
  };
  EXPECT_EQ(why("BURIED"), Rejection::buried);
  EXPECT_EQ(why("ERR GENERATION"), Rejection::other_generation);
  EXPECT_EQ(why("NOSCRIPT No matching script."), Rejection::invalid);
  EXPECT_EQ(std::get<Rejection>(parse_reply(Beat{}, number(1))), Rejection::invalid);
}

}  // namespace
}  // namespace weir::redis
