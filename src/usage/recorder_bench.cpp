#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "store/memory_store.hpp"
#include "usage/recorder.hpp"

namespace weir::usage {
namespace {

const store::Day kDay{std::chrono::days(20'000)};

// As on an I/O thread: known keys and models in turn.
void record_known_rows(benchmark::State& state) {
  telemetry::Registry registry;
  Recorder recorder(100'000, registry);
  auto& cell = recorder.add_cell();
  std::vector<std::string> keys;
  for (int i = 0; i < state.range(0); ++i) keys.push_back(fmt::format("key_{:012}", i));
  const std::string model = "Qwen/Qwen2.5-72B-Instruct";
  std::size_t next = 0;
  for (auto _ : state) {
    cell.record(kDay, keys[next], model, {1, 0, 200, 300, 0, 0});
    if (++next == keys.size()) next = 0;
  }
}
BENCHMARK(record_known_rows)->Arg(1)->Arg(100)->Arg(1000);

void flush_rows(benchmark::State& state) {
  telemetry::Registry registry;
  Recorder recorder(100'000, registry);
  auto& cell = recorder.add_cell();
  store::MemoryStore store;
  for (auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) {
      cell.record(kDay, "key_a", fmt::to_string(i), {1, 0, 200, 300, 0, 0});
    }
    benchmark::DoNotOptimize(recorder.flush(store, WallTime()));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(flush_rows)->Arg(10)->Arg(1000);

}  // namespace
}  // namespace weir::usage
