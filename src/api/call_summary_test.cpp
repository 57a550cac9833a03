#include "api/call_summary.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(CallSummary, HasTheTimesSinceTheFirstByteAndNothingForWhatWasNotReached) {
  http::Exchange exchange;
  exchange.started = MonotonicTime(seconds(100));
  exchange.ended = exchange.started + seconds(10'000);
  exchange.route = "chat_completions";
  exchange.caller = "key_1";
  exchange.status = 200;
  gateway::CallRecord call;
  call.model = "m";
  call.upstream = "u";
  call.received = exchange.started;
  call.sent = exchange.started + milliseconds(2);
  call.usage.input = 7;

  const auto summary = summarize(exchange, call);
  EXPECT_EQ(summary.received_us, 1);
  EXPECT_EQ(summary.sent_us, 2'000);
  EXPECT_EQ(summary.first_byte_us, 0);
  EXPECT_EQ(summary.total_us, UINT32_MAX) << "it saturates";
  EXPECT_EQ(summary.input_tokens, 7);
  EXPECT_EQ(summary.reason, "ok");
  EXPECT_EQ(summary.model.view(), "m");
  EXPECT_EQ(summary.key.view(), "key_1");
  EXPECT_FALSE(summary.failed);
}

TEST(CallSummary, ARefusedCallHasItsReason) {
  http::Exchange exchange;
  exchange.status = 429;
  exchange.reason = Errc::rate_limited;
  const auto summary = summarize(exchange, {});
  EXPECT_EQ(summary.reason, "rate_limited");
  EXPECT_TRUE(summary.failed);
}

}  // namespace
}  // namespace weir::api
