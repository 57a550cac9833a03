// Stage: accounting, whatever the call's outcome.
#include <algorithm>
#include <utility>

#include "gateway/call.hpp"
#include "upstream/pool.hpp"

namespace weir::gateway {

// Bills reported usage if the client disconnects after the final event: many clients do so before
// the connection shows that it was the last.
TokenUsage Call::counted_usage() const {
  const bool all_said = succeeded_ || (reader_ && reader_->finished());
  const bool is_cut = record_.usage.known() && record_.streamed && !all_said;
  return is_cut ? cut_short(record_.usage, record_.events) : record_.usage;
}

// The reported usage, or else an estimate of the work done. An upstream that refused the request,
// or was never reached, has done none.
limit::Claim Call::used() const {
  limit::Claim used;
  const bool worked = succeeded_ || (reached_ && (left_ || client_.begun()));
  if (worked) used = claim_;
  if (const auto usage = counted_usage(); usage.known()) {
    used.tokens = usage.total();
  } else if (worked && !succeeded_ && (record_.streamed || wants_stream_) && claim_.tokens > 0) {
    // An event is about one token, and no more of them follow.
    const auto seen = gateway_.shared_.forecast.estimate(model_->id, shape(0)) +
                      static_cast<std::int64_t>(record_.events);
    used.tokens = std::min(claim_.tokens, seen);
  }
  return used;
}

void Call::settle(MonotonicTime now) {
  if (!std::exchange(admitted_, false)) return;
  const auto usage = counted_usage();
  const auto used = this->used();
  reservation_.settle(used, now);
  record_.charged_tokens = used.tokens;
  record_.images = used.images;
  record_.estimated = used.tokens != record_.usage.total();
  if (succeeded_ && usage.known()) {
    gateway_.shared_.forecast.learn(model_->id, body_bytes_, usage.input.value_or(0),
                                    usage.output.value_or(0) / answers_);
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

// Returns the attempt's connection before another upstream is chosen: to the pool, for a later call
// to the same upstream, or closes it.
void Call::give_back(MonotonicTime now) {
  auto server = std::move(server_);
  gateway_.pool_->give_back(choice_.destination->upstream, std::move(server), sent_whole_, now);
}

}  // namespace weir::gateway
