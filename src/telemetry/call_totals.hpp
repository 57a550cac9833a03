/// Running totals of calls: numbers, and how long they took, in buckets of about 9 %.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace weir::telemetry {

/// Buckets of durations: eight for each doubling from 64 µs on, the first for all that is shorter.
class DurationBuckets {
 public:
  static constexpr std::size_t kCount = 224;  ///< up to 4.7 hours

  [[nodiscard]] static std::size_t of(std::uint32_t us) {
    if (us < kFirst) return 0;
    const auto octave = static_cast<std::size_t>(std::bit_width(us)) - 1;
    const auto part = (us >> (octave - 3)) & 7U;
    return (octave - kFirstOctave) * 8 + part;
  }
  /// The middle of a bucket.
  [[nodiscard]] static std::uint64_t middle(std::size_t bucket) {
    const auto octave = bucket / 8 + kFirstOctave;
    const auto width = std::uint64_t{1} << (octave - 3);
    return (std::uint64_t{1} << octave) + (bucket % 8) * width + width / 2;
  }

 private:
  static constexpr std::size_t kFirstOctave = 6;
  static constexpr std::uint32_t kFirst = 1U << kFirstOctave;
};
static_assert(DurationBuckets::kCount >= (32 - 6) * 8);

using DurationCounts = std::array<std::uint32_t, DurationBuckets::kCount>;

/// Sums since the start. Those of the histograms wrap around: differences stay right.
struct CallTotals {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  DurationCounts durations{};
  DurationCounts first_tokens{};

  [[nodiscard]] CallTotals since(const CallTotals& earlier) const;
};

/// The duration that `percent` of the calls did not exceed; nothing: there were none.
[[nodiscard]] std::optional<std::uint64_t> percentile(const DurationCounts& histogram, int percent);

struct CountedCall {
  bool failed = false;
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  std::uint32_t total_us = 0;
  std::uint32_t first_token_us = 0;  ///< 0: none
};

/// The totals of one thread.
///
/// Cost:    a few nanoseconds a call: nobody else writes, so no operation is a locked one.
/// Threads: `count` one, `add_to` any.
class CallCounts {
 public:
  void count(const CountedCall& call);
  void add_to(CallTotals& sum) const;

 private:
  using Buckets = std::array<std::atomic<std::uint32_t>, DurationBuckets::kCount>;

  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> errors_{0};
  std::atomic<std::uint64_t> input_tokens_{0};
  std::atomic<std::uint64_t> output_tokens_{0};
  Buckets durations_{};
  Buckets first_tokens_{};
};

}  // namespace weir::telemetry
