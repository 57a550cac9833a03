#include <benchmark/benchmark.h>

#include "limit/key_limiter.hpp"
#include "limit/token_forecast.hpp"

namespace weir::limit {
namespace {

constexpr std::int64_t kPlenty = 1'000'000'000'000;
const Limits kAll{kPlenty, kPlenty, kPlenty, kPlenty, kPlenty, kPlenty, kPlenty};

/// One call from its reservation to its settlement, 10 us after the one before.
void call(benchmark::State& state, const Limits& limits, std::vector<ModelLimits> of_models) {
  const auto limiter = std::make_shared<KeyLimiter>(limits, std::move(of_models));
  MonotonicTime now{};
  Standing standing;
  for (auto _ : state) {
    now += std::chrono::microseconds(10);
    auto held = limiter->try_reserve("Qwen/Qwen3-8B", {.tokens = 900}, now, &standing);
    held->settle({.tokens = 300}, now);
    benchmark::DoNotOptimize(standing);
  }
}
BENCHMARK_CAPTURE(call, without_limits, Limits{}, std::vector<ModelLimits>{});
BENCHMARK_CAPTURE(call, two_limits,
                  Limits{.requests_per_minute = kPlenty, .tokens_per_minute = kPlenty},
                  std::vector<ModelLimits>{});
BENCHMARK_CAPTURE(call, all_of_key_and_model, kAll, std::vector<ModelLimits>{{"*", kAll}});

void forecast(benchmark::State& state) {
  TokenForecast learned;
  learned.learn("Qwen/Qwen3-8B", 800, 200, 300);
  for (auto _ : state) {
    auto tokens = learned.estimate("Qwen/Qwen3-8B", {.body_bytes = 800, .max_tokens = 256});
    benchmark::DoNotOptimize(tokens);
  }
}
BENCHMARK(forecast);

}  // namespace
}  // namespace weir::limit
