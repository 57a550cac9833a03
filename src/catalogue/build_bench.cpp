#include <benchmark/benchmark.h>

#include "catalogue/build.hpp"

namespace weir::catalogue {
namespace {

std::vector<UpstreamListing> listings_of(int count) {
  std::vector<UpstreamListing> listings(2);
  for (std::size_t i = 0; i < listings.size(); ++i) {
    listings[i] = {.upstream = "gpu" + std::to_string(i), .reach = Reach::up};
  }
  for (int i = 0; i < count; ++i) {
    UpstreamModel model{.id = "vendor/model-" + std::to_string(i * 7919)};
    model.facts.owned_by = "vendor";
    listings[static_cast<std::size_t>(i % 2)].models.push_back(std::move(model));
  }
  return listings;
}

// The merge alone; classification has a benchmark of its own.
void merge(benchmark::State& state) {
  const auto listings = listings_of(static_cast<int>(state.range(0)));
  std::vector<ModelSettings> settings(10);
  for (auto& entry : settings) entry.id = "*-preview";
  const auto decide = [](const ClassEvidence&) {
    return Decision{ModelClass::of({SubType::chat}), ClassSource::fallback, ""};
  };
  for (auto _ : state) {
    auto catalogue = build(settings, listings, {.decide = decide}, 1);
    benchmark::DoNotOptimize(catalogue);
  }
}
BENCHMARK(merge)->Arg(100)->Arg(5000)->Unit(benchmark::kMicrosecond);

void with_classifier(benchmark::State& state) {
  const auto listings = listings_of(static_cast<int>(state.range(0)));
  const Classifier classifier;
  for (auto _ : state) {
    auto catalogue = build({}, listings, judge_by(classifier), 1);
    benchmark::DoNotOptimize(catalogue);
  }
}
BENCHMARK(with_classifier)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace weir::catalogue
