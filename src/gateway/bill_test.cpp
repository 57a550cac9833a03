#include "gateway/bill.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

TEST(Bill, IsWhatTheUpstreamReportedOrMayHaveDone) {
  constexpr limit::Claim kClaimed{.tokens = 1000, .images = 2};
  constexpr std::int64_t kPrompt = 40;
  const dialect::TokenUsage usage{.input = 30, .output = 5};
  const struct {
    const char* what;
    Work work;
    std::int64_t tokens;
    std::int64_t images;
    bool estimated;
  } rows[] = {
      {"never reached", {}, 0, 0, false},
      {"refused", {.reached = false, .was_taken = true}, 0, 0, false},
      {"reported", {.reached = true, .succeeded = true, .reported = usage}, 35, 2, false},
      {"not reported", {.reached = true, .succeeded = true}, 1000, 2, true},
      {"a stream that reports at its end",
       {.reached = true, .succeeded = true, .streamed = true, .events = 9, .reported = usage},
       35,
       2,
       false},
      {"a client that left with the last event",
       {.reached = true,
        .finished = true,
        .streamed = true,
        .was_taken = true,
        .events = 9,
        .reported = usage},
       35,
       2,
       false},
      {"a stream cut after it reported its start",
       {.reached = true, .streamed = true, .was_taken = true, .events = 9, .reported = usage},
       39,
       2,
       true},
      {"a stream cut without a report",
       {.reached = true, .streamed = true, .was_taken = true, .events = 9},
       49,
       2,
       true},
      {"no more than was reserved",
       {.reached = true, .streamed = true, .was_taken = true, .events = 5000},
       1000,
       2,
       true},
      {"a client that left before the answer", {.reached = true, .was_taken = true}, 1000, 2, true},
      {"an upstream that broke before anything came", {.reached = true}, 0, 0, false},
  };
  for (const auto& row : rows) {
    const auto bill = compute_bill(row.work, kClaimed, kPrompt);
    EXPECT_EQ(bill.claim.tokens, row.tokens) << row.what;
    EXPECT_EQ(bill.claim.images, row.images) << row.what;
    EXPECT_EQ(bill.estimated, row.estimated) << row.what;
  }
}

TEST(Bill, AStreamCutShortIsBilledItsEvents) {
  const auto bill = compute_bill({.reached = true,
                                  .streamed = true,
                                  .was_taken = true,
                                  .events = 9,
                                  .reported = {.input = 30, .output = 1}},
                                 {.tokens = 1000}, 40);
  EXPECT_EQ(bill.usage.input, 30);
  EXPECT_EQ(bill.usage.output, 9);
}

}  // namespace
}  // namespace weir::gateway
