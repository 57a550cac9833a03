/// A WindowTable in ordinary memory, and a clock that tests move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "limit/window_table.hpp"

namespace weir::limit {

class TableMemory {
 public:
  explicit TableMemory(std::size_t bytes = WindowTable::kMinBytes) : lines_(bytes / 64) {
    WindowTable::format(this->bytes(), now_);
    table_.emplace(this->bytes(), now_);
  }

  [[nodiscard]] const WindowTable& table() const { return *table_; }
  [[nodiscard]] std::span<std::byte> bytes() {
    return {reinterpret_cast<std::byte*>(lines_.data()), lines_.size() * 64};
  }
  [[nodiscard]] const ClockReading& now() const { return now_; }

  /// Opens it again as the next process does, `after` the last.
  void restart(std::chrono::nanoseconds after) {
    now_.monotonic += after;
    now_.wall += std::chrono::duration_cast<WallClock::duration>(after);
    table_.emplace(bytes(), now_);
  }
  void at(const ClockReading& now) { now_ = now; }

 private:
  struct alignas(64) Line {
    std::byte bytes[64]{};
  };

  std::vector<Line> lines_;
  ClockReading now_{"boot", MonotonicTime(std::chrono::hours(100)),
                    WallTime(std::chrono::hours(500'000))};
  std::optional<WindowTable> table_;
};

}  // namespace weir::limit
