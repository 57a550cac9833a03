/// All limits of one scope: a key, or a key and a model.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/enum_set.hpp"
#include "limit/journaled_window.hpp"
#include "limit/limits.hpp"
#include "limit/share.hpp"

namespace weir::limit {

/// Use of a call beyond one request and one slot: reserved or actual.
struct Claim {
  std::int64_t tokens = 0;
  std::int64_t images = 0;
};

/// The limit that refused: if several did, the one that holds longest.
struct Refusal {
  /// `retry_after` if there is no free slot: nobody knows when a call will end. Also of a share:
  /// nobody knows when another node will return some.
  static constexpr std::chrono::seconds kSlotRetry{1};

  Dimension by;
  bool of_model;  ///< the key's limit for this model, not the key's overall limit
  /// Admission::kNever: the claim exceeds the limit itself.
  std::chrono::nanoseconds retry_after;
  /// The limit may have room, but this node's share has none: a trade may bring some.
  bool lacks_share = false;
};

/// One limit, as reported in the x-ratelimit-* fields.
struct Quota {
  std::int64_t limit = 0;  ///< 0: unlimited; the other fields are then meaningless
  std::int64_t remaining = Admission::kUnlimited;
  std::chrono::nanoseconds reset{0};  ///< until nothing is counted any more
};

/// A limit and its use.
struct Use {
  Quota quota;
  std::int64_t used = 0;  ///< more than the limit: a debt, or the limit was lowered
};

/// Lengths of the windows; tests use other lengths.
struct Spans {
  std::chrono::nanoseconds minute = std::chrono::minutes(1);
  std::chrono::nanoseconds day = std::chrono::hours(24);
};

/// `in_flight` comes last: the dimensions before it have a rolling window each.
inline constexpr std::size_t kWindowCount = static_cast<std::size_t>(Dimension::in_flight);
static_assert(kWindowCount == kDimensionCount - 1);

/// The owner of windows, and the table that keeps them. Lifetime: the table outlives it.
struct KeptScope {
  const WindowTable* table = nullptr;  ///< null: in memory only
  std::uint64_t scope = 0;             ///< hash_scope
};

/// Rolling windows and the number of calls in flight. Pure arithmetic, as RollingWindow.
///
/// Units:   times never decrease from call to call.
/// Threads: one owner at a time.
class Meters {
 public:
  /// The windows that recorded a charge.
  using Charged = EnumSet<Dimension>;

  /// `is_shared`: with other nodes; nothing may be used until a share is set.
  Meters(const Limits& limits, const Spans& spans, const KeptScope& kept = {},
         bool is_shared = false);

  /// Keeps the counts.
  void set_limits(const Limits& limits);
  [[nodiscard]] const Limits& limits() const { return limits_; }

  /// Why a call may not start now; nothing if it may. Charges nothing.
  [[nodiscard]] std::optional<Refusal> look(Claim claim, MonotonicTime now);
  /// As look, of this node's shares; notes what it lacks. `is_held`: shares may be used at all.
  [[nodiscard]] std::optional<Refusal> look_at_shares(Claim claim, bool is_held, MonotonicTime now);
  /// Starts a call: one request, one slot and the claim. REQUIRES: look has just returned nothing.
  [[nodiscard]] Charged charge(Claim claim, MonotonicTime now);
  /// Corrects what `charged` counted at `charged_at` from `claim` to `actual`.
  void settle(Charged charged, Claim claim, MonotonicTime charged_at, Claim actual,
              MonotonicTime now);
  /// True if a charge of another process was counted between look and charge, and there was not
  /// enough for both; this one must be taken back.
  [[nodiscard]] bool was_overtaken(Charged charged) const;
  /// Undoes the last charge, which was made at `now`.
  void take_back(Charged charged, Claim claim, MonotonicTime now);
  /// Ends a call.
  void release() { --in_flight_; }

  /// As look and charge, for a request without a call.
  [[nodiscard]] std::optional<Refusal> look_at_requests(MonotonicTime now);
  [[nodiscard]] Charged charge_request(MonotonicTime now);
  void take_back_request(Charged charged, MonotonicTime now);

  /// As look_at_shares, for a request without a call.
  [[nodiscard]] std::optional<Refusal> look_at_shares_of_request(bool is_held, MonotonicTime now);

  /// Why no token may be used now, by a call that has a slot.
  [[nodiscard]] std::optional<Refusal> look_at_tokens(MonotonicTime now);

  /// REQUIRES: not in_flight.
  [[nodiscard]] Quota quota(Dimension dimension, MonotonicTime now);

  /// The quota of any dimension, and what is used of it; calls in flight have no reset.
  [[nodiscard]] Use use(Dimension dimension, MonotonicTime now);

  /// REQUIRES: not in_flight.
  [[nodiscard]] std::vector<RollingWindow::Mark> marks(Dimension dimension, MonotonicTime now);
  /// Null: not shared.
  [[nodiscard]] Share* share(Dimension dimension) {
    return shares_ ? &(*shares_)[static_cast<std::size_t>(dimension)] : nullptr;
  }

  /// True if discarding this would change nothing, in particular if no call is in flight.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  [[nodiscard]] JournaledWindow& window(Dimension dimension) {
    return windows_[static_cast<std::size_t>(dimension)];
  }
  [[nodiscard]] const JournaledWindow& window(Dimension dimension) const {
    return windows_[static_cast<std::size_t>(dimension)];
  }

  [[nodiscard]] std::optional<Refusal> look_at_share(Dimension dimension, std::int64_t cost,
                                                     bool is_held, MonotonicTime now);

  Limits limits_;
  std::array<JournaledWindow, kWindowCount> windows_;  ///< indexed by Dimension
  std::int64_t in_flight_ = 0;
  std::unique_ptr<Shares> shares_;  ///< null: not shared
};

/// The refusal that holds longer; on a tie `first`.
[[nodiscard]] std::optional<Refusal> longer(std::optional<Refusal> first,
                                            std::optional<Refusal> second);
/// If both lack a share, the one that a trade cannot change; else `first`.
[[nodiscard]] std::optional<Refusal> of_shares(std::optional<Refusal> first,
                                               std::optional<Refusal> second);

}  // namespace weir::limit
