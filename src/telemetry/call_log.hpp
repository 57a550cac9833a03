/// The last calls of the public API, and running totals of all of them: in memory, for the
/// operator.
///
///     I/O thread: Source::record ──> ring (shared)      ──> recent(), find()
///                              └──> totals (its own)    ──> totals() ──> CallSeries
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "telemetry/call_totals.hpp"

namespace weir::telemetry {

/// Text of at most `kSize` - 1 bytes; a longer one is cut between characters. Needs no allocation.
template <std::size_t kSize>
class ShortText {
 public:
  void assign(std::string_view text) {
    auto size = std::min(text.size(), kSize - 1);
    const auto continues = [&](std::size_t at) { return (text[at] & 0xC0) == 0x80; };
    while (size > 0 && size < text.size() && continues(size)) --size;
    std::memcpy(text_.data(), text.data(), size);
    size_ = static_cast<std::uint8_t>(size);
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  static_assert(kSize <= 256);
  std::uint8_t size_;
  std::array<char, kSize - 1> text_;
};

/// One call, without anything that was sent or answered.
///
/// Units: `…_us` are microseconds from the first byte of the request; 0: not reached. They saturate
///        at 71 minutes.
struct CallSummary {
  std::uint64_t id;  ///< given by the log, from 1
  WallTime::rep at;  ///< when the request had arrived
  std::uint64_t bytes;
  std::string_view route;   ///< a literal
  std::string_view reason;  ///< a literal: `ok`, or why it was not answered
  std::string_view phase;   ///< a literal
  std::uint32_t input_tokens;
  std::uint32_t output_tokens;
  std::uint32_t cached_tokens;
  std::uint32_t reasoning_tokens;
  std::uint32_t images;
  std::uint32_t events;
  std::uint32_t received_us;
  std::uint32_t sent_us;
  std::uint32_t first_byte_us;
  std::uint32_t first_event_us;
  std::uint32_t complete_us;
  std::uint32_t total_us;
  std::uint32_t overhead_us;
  std::uint16_t status;
  std::uint16_t attempts;
  bool streamed;
  bool estimated;
  bool failed;
  ShortText<37> trace_id;
  ShortText<80> model;
  ShortText<48> upstream;
  ShortText<64> key;
};

/// Cost:     a call costs one copy of its summary and a few additions; nothing is allocated.
///           Memory is used as the ring fills, a tenth of it until `open_up`.
/// Threads:  any, except a Source, which is of one thread.
class CallLog {
 public:
  class Source {
   public:
    /// `call.id` is ignored.
    void record(const CallSummary& call);

   private:
    friend class CallLog;
    explicit Source(CallLog& log) : log_(log) {}
    CallLog& log_;
    CallCounts counts_;
  };

  /// `capacity` 0: only totals are kept.
  explicit CallLog(std::size_t capacity);
  CallLog(const CallLog&) = delete;
  CallLog& operator=(const CallLog&) = delete;
  ~CallLog() = default;

  /// Threads: start-up only. Lifetime: owned by the log.
  [[nodiscard]] Source& add_source();

  /// From now on the whole ring is used: somebody looks at it.
  void open_up() { used_.store(capacity_, std::memory_order_relaxed); }
  /// How many calls are kept at most, now.
  [[nodiscard]] std::size_t kept() const { return used_.load(std::memory_order_relaxed); }

  [[nodiscard]] CallTotals totals() const;
  /// The id of the newest call; 0: there was none.
  [[nodiscard]] std::uint64_t last_id() const { return last_.load(std::memory_order_relaxed); }
  /// Calls of before id `before`, newest first, until `visit` returns false.
  template <class Visit>
  void visit(std::uint64_t before, Visit&& visit) const {
    const auto last = std::min(last_id(), before - 1);
    for (auto id = last; id > 0 && last_id() - id < capacity_; --id) {
      if (const auto call = find(id); call && !visit(*call)) return;
    }
  }
  /// Nothing if it has been replaced, or is being written.
  [[nodiscard]] std::optional<CallSummary> find(std::uint64_t id) const;

 private:
  /// All zero: empty.
  struct Slot {
    std::uint32_t is_locked;
    CallSummary call;
  };
  static_assert(std::is_trivially_copyable_v<CallSummary>);
  struct Free {
    void operator()(Slot* slots) const { std::free(slots); }
  };

  class Lock;

  void put(const CallSummary& call);
  [[nodiscard]] Slot& slot_of(std::uint64_t id, std::size_t used) const {
    return slots_.get()[id % used];
  }

  const std::size_t capacity_;
  const std::size_t at_first_;
  std::unique_ptr<Slot, Free> slots_;  ///< zero pages until they are written to
  std::atomic<std::size_t> used_;
  std::atomic<std::uint64_t> last_{0};
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace weir::telemetry
