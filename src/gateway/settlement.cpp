#include "gateway/settlement.hpp"

#include <chrono>
#include <utility>

namespace weir::gateway {

Bill Settlement::make_bill() {
  const CallRecord& record = context_.record();
  work_.streamed = record.streamed || admitted_.wants_stream;
  work_.was_taken = context_.watch.has_left() || context_.client.begun();
  work_.events = record.events;
  work_.reported = record.usage;
  std::int64_t prompt_tokens = 0;
  if (work_.reached && !work_.succeeded) {
    auto prompt = admitted_.shape;
    prompt.max_tokens = 0;
    prompt_tokens = context_.gateway.shared().forecast.estimate(record.model, prompt);
  }
  return compute_bill(work_, admitted_.claim, prompt_tokens);
}

void Settlement::settle(MonotonicTime now) {
  if (std::exchange(is_settled_, true)) return;
  CallRecord& record = context_.record();
  const Bill bill = make_bill();
  admitted_.reservation.settle(bill.claim, now);
  record.charged_tokens = bill.claim.tokens;
  record.images = bill.claim.images;
  record.estimated = bill.estimated;
  const auto& usage = bill.usage;
  if (work_.succeeded && usage.known()) {
    context_.gateway.shared().forecast.learn(record.model, admitted_.shape.body_bytes,
                                             usage.input.value_or(0),
                                             usage.output.value_or(0) / admitted_.shape.answers);
  }
  store::UsageCounts counts;
  counts.requests = 1;
  counts.failed = work_.succeeded ? 0 : 1;
  counts.prompt_tokens =
      usage.known() ? usage.total() - usage.output.value_or(0) : bill.claim.tokens;
  counts.completion_tokens = usage.output.value_or(0);
  counts.images = bill.claim.images;
  counts.estimated = bill.estimated ? 1 : 0;
  const auto& exchange = context_.input.exchange;
  const auto day = std::chrono::floor<std::chrono::days>(exchange.whole_at);
  context_.gateway.usage().record(day, exchange.caller, record.model, counts);
}

}  // namespace weir::gateway
