/// The part of a limit that this node may use, where several nodes share the limit.
///
/// A window keeps its limit and its counts; a share says how much of the limit is this node's. The
/// agent (src/shares) trades shares with the other nodes and sets them here.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "limit/limits.hpp"

namespace weir::limit {

/// Until when this process may use its shares: one for all limiters of a process.
///
/// Threads: any.
class ShareLease {
 public:
  /// True if every node may use the whole limit: the store of shares is away, and its operator has
  /// preferred that.
  [[nodiscard]] bool is_open() const { return is_open_.load(std::memory_order_relaxed); }
  void set_open(bool is_open) { is_open_.store(is_open, std::memory_order_relaxed); }

  [[nodiscard]] bool holds_at(MonotonicTime now) const {
    return now.time_since_epoch().count() < until_.load(std::memory_order_acquire);
  }
  void hold_until(MonotonicTime until) {
    until_.store(until.time_since_epoch().count(), std::memory_order_release);
  }

 private:
  std::atomic<bool> is_open_ = false;
  std::atomic<std::int64_t> until_ = INT64_MIN;
};

/// The share of one limit.
struct Share {
  std::int64_t usable = 0;   ///< of the limit; never more than this node holds
  std::int64_t lacking = 0;  ///< cost of the calls that found too little, since last taken
  std::int64_t offered = 0;  ///< cost of all calls, since last taken
  /// A trade that brought nothing is not repeated before this: a shortage is then a refusal.
  MonotonicTime again = MonotonicTime::min();
};

using Shares = std::array<Share, kDimensionCount>;

/// One limit and its share, for the agent.
struct SharedLimit {
  std::string model;  ///< empty: of the key as a whole
  Dimension dimension = Dimension::requests_per_minute;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t lacking = 0;
  std::int64_t offered = 0;

  bool operator==(const SharedLimit&) const = default;
};

}  // namespace weir::limit
