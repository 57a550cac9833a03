#include "telemetry/trace_id.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

constexpr std::string_view kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceId, TakesTheClientsThenTheTraceparentsThenANewOne) {
  EXPECT_EQ(TraceId::choose("mine-1", kParent).text(), "mine-1");
  EXPECT_EQ(TraceId::choose("", kParent).text(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(TraceId::choose("", "").text().size(), 32U);
  EXPECT_NE(TraceId::random().text(), TraceId::random().text());
}

TEST(TraceId, RefusesWhatCouldHurtALogOrBeAKey) {
  for (const std::string& bad :
       {std::string("a b"), std::string("a\"b"), std::string(129, 'a'), std::string("sk-123")}) {
    EXPECT_EQ(TraceId::choose(bad, kParent).text(), traceparent_id(kParent)) << bad;
  }
}

TEST(TraceId, ReadsOnlyAValidTraceparent) {
  EXPECT_FALSE(traceparent_id(kParent).empty());
  EXPECT_FALSE(
      traceparent_id("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more").empty());
  for (const char* bad : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"}) {
    EXPECT_TRUE(traceparent_id(bad).empty()) << bad;
  }
}

}  // namespace
}  // namespace weir::telemetry
