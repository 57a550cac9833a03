#include "telemetry/call_totals.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace weir::telemetry {
namespace {

template <class T>
void add(std::atomic<T>& total, T more) {
  total.store(total.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

template <class Buckets>
void add_all(const Buckets& buckets, DurationCounts& sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += buckets[i].load(std::memory_order_relaxed);
}

DurationCounts difference(const DurationCounts& later, const DurationCounts& earlier) {
  DurationCounts result;
  std::ranges::transform(later, earlier, result.begin(), std::minus{});
  return result;
}

}  // namespace

CallTotals CallTotals::since(const CallTotals& earlier) const {
  return {.requests = requests - earlier.requests,
          .errors = errors - earlier.errors,
          .input_tokens = input_tokens - earlier.input_tokens,
          .output_tokens = output_tokens - earlier.output_tokens,
          .durations = difference(durations, earlier.durations),
          .first_tokens = difference(first_tokens, earlier.first_tokens)};
}

std::optional<std::uint64_t> percentile(const DurationCounts& histogram, int percent) {
  const auto total = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  if (total == 0) return std::nullopt;
  const auto rank = (total * static_cast<std::uint64_t>(percent) + 99) / 100;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < histogram.size(); ++bucket) {
    seen += histogram[bucket];
    if (seen >= rank) return DurationBuckets::middle(bucket);
  }
  return std::nullopt;
}

void CallCounts::count(const CountedCall& call) {
  add(requests_, std::uint64_t{1});
  if (call.failed) add(errors_, std::uint64_t{1});
  add(input_tokens_, std::uint64_t{call.input_tokens});
  add(output_tokens_, std::uint64_t{call.output_tokens});
  add(durations_[DurationBuckets::of(call.total_us)], 1U);
  if (call.first_token_us != 0) add(first_tokens_[DurationBuckets::of(call.first_token_us)], 1U);
}

void CallCounts::add_to(CallTotals& sum) const {
  sum.requests += requests_.load(std::memory_order_relaxed);
  sum.errors += errors_.load(std::memory_order_relaxed);
  sum.input_tokens += input_tokens_.load(std::memory_order_relaxed);
  sum.output_tokens += output_tokens_.load(std::memory_order_relaxed);
  add_all(durations_, sum.durations);
  add_all(first_tokens_, sum.first_tokens);
}

}  // namespace weir::telemetry
