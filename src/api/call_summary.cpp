#include "api/call_summary.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <limits>

#include "base/errc.hpp"

namespace weir::api {
namespace {

constexpr int kFirstError = 400;

template <std::unsigned_integral T>
T clamped(std::int64_t number) {
  constexpr auto kMost = static_cast<std::int64_t>(std::numeric_limits<T>::max());
  return static_cast<T>(std::clamp<std::int64_t>(number, 0, kMost));
}

// At least 1: 0 means that the moment was not reached.
std::uint32_t since(MonotonicTime start, MonotonicTime time) {
  if (time == MonotonicTime{}) return 0;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time - start).count();
  return std::max(1U, clamped<std::uint32_t>(us));
}

}  // namespace

telemetry::CallSummary summarize(const http::Exchange& exchange, const gateway::CallRecord& call) {
  const auto count = [](std::optional<std::int64_t> number) {
    return clamped<std::uint32_t>(number.value_or(0));
  };
  const auto at = [&](MonotonicTime time) { return since(exchange.started, time); };
  telemetry::CallSummary summary;
  summary.id = 0;
  summary.at = exchange.whole_at.time_since_epoch().count();
  summary.bytes = exchange.body_bytes;
  summary.route = exchange.route;
  summary.reason = exchange.reason ? describe(*exchange.reason).slug : "ok";
  summary.phase = gateway::name(call.phase);
  summary.input_tokens = count(call.usage.input);
  summary.output_tokens = count(call.usage.output);
  summary.cached_tokens = count(call.usage.cached);
  summary.reasoning_tokens = count(call.usage.reasoning);
  summary.images = clamped<std::uint32_t>(call.images);
  summary.events = clamped<std::uint32_t>(static_cast<std::int64_t>(call.events));
  summary.received_us = at(call.received);
  summary.sent_us = at(call.sent);
  summary.first_byte_us = at(call.first_byte);
  summary.first_event_us = at(call.first_event);
  summary.complete_us = at(call.complete);
  summary.total_us = at(exchange.ended);
  summary.overhead_us = clamped<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(call.overhead).count());
  summary.status = clamped<std::uint16_t>(exchange.status);
  summary.attempts = clamped<std::uint16_t>(call.attempts);
  summary.streamed = call.streamed;
  summary.estimated = call.estimated;
  summary.failed = exchange.reason.has_value() || exchange.status >= kFirstError;
  summary.trace_id.assign(exchange.trace_id.text());
  summary.model.assign(call.model);
  summary.upstream.assign(call.upstream);
  summary.key.assign(exchange.caller);
  return summary;
}

}  // namespace weir::api
