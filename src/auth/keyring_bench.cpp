// A start with many keys, and a change of one of them.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "auth/keyring.hpp"
#include "store/memory_store.hpp"

namespace weir::auth {
namespace {

/// Tells keys that nobody uses, and then changes of one after another.
class ManyKeys final : public store::MemoryStore {
 public:
  explicit ManyKeys(int keys) : keys_(keys) {}

  Result<std::uint64_t> version() override { return ++version_; }
  Result<store::KeyMark> read_changes(const std::optional<store::KeyMark>& since,
                                      store::KeyReader& reader) override {
    if (since) {
      reader.take(key(static_cast<int>(version_) % keys_));
    } else {
      reader.start_over();
      for (int i = 0; i < keys_; ++i) reader.take(key(i));
    }
    return store::KeyMark{.change = static_cast<std::int64_t>(version_)};
  }

 private:
  static store::KeyRecord key(int number) {
    store::KeyRecord made;
    made.id = fmt::format("key_{:016x}", number);
    made.name = fmt::format("customer {}", number);
    made.grant.models = {"vendor/*"};
    made.grant.limits.requests_per_minute = number % 7;
    store::KeySecret secret;
    auto bits = static_cast<std::uint64_t>(number);
    for (auto& byte : secret.digest) {
      bits = bits * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::byte>(bits >> 56);
    }
    made.secrets = {secret};
    return made;
  }

  const int keys_;
  std::uint64_t version_ = 0;
};

const Secret kPepper("a pepper of some length, for tests");

void first_read(benchmark::State& state) {
  ManyKeys store(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    Keyring keyring(store, kPepper);
    benchmark::DoNotOptimize(keyring.refresh(MonotonicTime{}));
  }
}
BENCHMARK(first_read)->RangeMultiplier(8)->Range(2'000, 1 << 20)->Unit(benchmark::kMillisecond);

void one_change(benchmark::State& state) {
  ManyKeys store(static_cast<int>(state.range(0)));
  Keyring keyring(store, kPepper);
  benchmark::DoNotOptimize(keyring.refresh(MonotonicTime{}));
  for (auto _ : state) benchmark::DoNotOptimize(keyring.refresh(MonotonicTime{}));
}
BENCHMARK(one_change)->RangeMultiplier(8)->Range(2'000, 1 << 20)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace weir::auth
