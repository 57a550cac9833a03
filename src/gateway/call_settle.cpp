// Stage: what the call took is counted, whatever became of it.
#include <algorithm>
#include <utility>

#include "gateway/call.hpp"
#include "upstream/pool.hpp"

namespace weir::gateway {

// What the upstream reported; without that, what it may have done. An upstream that refused, or was
// never reached, has done nothing.
limit::Claim Call::used() const {
  limit::Claim used;
  const bool worked = succeeded_ || (reached_ && (left_ || client_.begun()));
  if (worked) used = claim_;
  if (record_.usage.known()) {
    used.tokens = record_.usage.total();
  } else if (worked && !succeeded_ && (record_.streamed || request_.streamed) &&
             claim_.tokens > 0) {
    // An event is about a token, and there will be no more of them.
    auto prompt = shape();
    prompt.max_tokens = 0;
    const auto seen = gateway_.shared_.forecast.estimate(model_->id, prompt) +
                      static_cast<std::int64_t>(record_.events);
    used.tokens = std::min(claim_.tokens, seen);
  }
  return used;
}

void Call::settle() {
  if (!std::exchange(admitted_, false)) return;
  const auto now = monotonic_now();
  const auto& usage = record_.usage;
  const auto used = this->used();
  reservation_.settle(used, now);
  record_.charged_tokens = used.tokens;
  record_.images = used.images;
  record_.estimated = !usage.known() && used.tokens > 0;
  if (succeeded_ && usage.known()) {
    gateway_.shared_.forecast.learn(model_->id, body_bytes_, usage.input.value_or(0),
                                    usage.output.value_or(0) / request_.answers);
  }
  store::UsageCounts counts;
  counts.requests = 1;
  counts.failed = succeeded_ ? 0 : 1;
  counts.prompt_tokens = usage.known() ? usage.input.value_or(0) : used.tokens;
  counts.completion_tokens = usage.output.value_or(0);
  counts.images = used.images;
  counts.estimated = record_.estimated ? 1 : 0;
  const auto day = std::chrono::floor<std::chrono::days>(input_.exchange.whole_at);
  gateway_.usage_.record(day, input_.exchange.caller, model_->id, counts);
}

void Call::give_back() {
  gateway_.shared_.buffered_bytes.fetch_sub(held_bytes_, std::memory_order_relaxed);
  if (!server_ || !sent_whole_ || !server_->reusable()) return;
  if (const auto* to = input_.directory->find(record_.upstream)) {
    gateway_.pool_->give_back(to->upstream, std::move(server_), monotonic_now());
  }
}

}  // namespace weir::gateway
