// weir_shares_simulation [--seeds N] [--first N] [--threads N]: runs seeds until one fails. One
// seed alone prints what happens.
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "world.hpp"

int main(int argc, char** argv) {
  std::uint64_t seeds = 100'000;
  std::uint64_t first = 1;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto value = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") seeds = value;
    if (name == "--first") first = value;
    if (name == "--threads") threads = static_cast<unsigned>(value);
  }
  std::atomic<std::uint64_t> next = first;
  std::atomic<bool> failed = false;
  std::atomic<std::int64_t> offered = 0, admitted = 0, full = 0;
  std::mutex output;
  const auto work = [&] {
    while (!failed) {
      const auto seed = next.fetch_add(1);
      if (seed >= first + seeds) return;
      weir::simulation::World world(seed);
      if (seeds == 1) world.set_traced();
      const auto verdict = world.run();
      offered += verdict.offered;
      admitted += verdict.admitted;
      if (verdict.most == verdict.limit) ++full;
      if (verdict.fault.empty()) continue;
      failed = true;
      const std::lock_guard lock(output);
      fmt::print("seed {}: {}\n", seed, verdict.fault);
    }
  };
  std::vector<std::jthread> all;
  for (unsigned i = 0; i < threads; ++i) all.emplace_back(work);
  all.clear();
  if (failed) return 1;
  fmt::print(
      "{} seeds, {} calls offered, {} admitted, {} seeds reached their limit: none exceeded\n",
      seeds, offered.load(), admitted.load(), full.load());
}
