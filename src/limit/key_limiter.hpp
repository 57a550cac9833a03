/// The limits of one key, shared by all threads. Everything a call may use is checked and counted
/// in one step.
///
///   try_reserve ──> Reservation ──> settle(what it used)     at the end of the stream
///                               ──> cancel()                 no upstream was reached
///                               ──> (destroyed)              unknown: the estimate stands
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "limit/limits.hpp"
#include "limit/meters.hpp"

namespace weir::limit {

class KeyLimiter;

/// Requests and tokens per minute after a decision. If key and model are both limited, the one with
/// less remaining.
struct Standing {
  Quota requests;
  Quota tokens;
};

/// One limit of a key and its use.
struct LimitUse {
  std::string model;  ///< empty: of the key as a whole; a pattern: of models not listed themselves
  Dimension dimension;
  Use use;
};

/// A call's charges.
struct Charges {
  Meters::Charged to_key;
  Meters::Charged to_model;
  bool overtaken = false;  ///< by another process: nothing is charged
};

/// A call's slot and its counted claim. Empty if nothing is limited.
///
/// Threads:  one at a time; not necessarily the one that reserved.
/// Lifetime: keeps its limiter alive.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept = default;
  Reservation& operator=(Reservation&& other) noexcept;
  /// Releases the slot; a claim that was never settled stays counted.
  ~Reservation() { release(); }

  /// Corrects the counted claim to the actual usage and releases the slot. A lower usage is
  /// refunded in the windows that were charged; a higher one is charged now, whether or not there
  /// is room. Only the first settle or cancel has an effect.
  void settle(Claim actual, MonotonicTime now);

  /// Counts what a call in progress has used beyond its claim so far, whether or not there is room.
  /// Returns the limit of tokens that is exhausted, if one is.
  [[nodiscard]] std::optional<Refusal> add(Claim more, MonotonicTime now);

  /// For a call that used nothing: as settle({}). The request itself stays counted.
  void cancel(MonotonicTime now) { settle({}, now); }

  [[nodiscard]] bool empty() const { return limiter_ == nullptr; }
  /// The time of the charge: that of the reservation, or a later one that another thread had used
  /// before. REQUIRES: not empty.
  [[nodiscard]] MonotonicTime charged_at() const { return charged_at_; }

 private:
  friend class KeyLimiter;
  void release();

  std::shared_ptr<KeyLimiter> limiter_;
  Meters* of_model_ = nullptr;
  Charges charges_;
  Claim claim_;
  MonotonicTime charged_at_;
};

/// A refusal charges nothing, neither to the key nor to the model.
///
/// A thread that read the clock before another but gets the lock after it is decided at the other's
/// time.
///
/// Cost:     without any limit one relaxed load; with limits one short lock, and no allocation once
///           a model is known. Memory for kMaxModels models at most.
/// Threads:  any.
/// Lifetime: REQUIRES a std::shared_ptr owner.
class KeyLimiter : public std::enable_shared_from_this<KeyLimiter> {
 public:
  /// Models with counts of their own. Further models share the counts of their entry, so that a
  /// limit may hold too early but never too late.
  static constexpr std::size_t kMaxModels = 1024;

  /// `kept`: where its windows outlive this process, under the key's id. Lifetime: the table
  /// outlives it.
  /// `lease`: the limits are shared with other nodes, and this is the process's right to use its
  /// shares; null: they are not. Lifetime: outlives it.
  explicit KeyLimiter(const Limits& limits, std::vector<ModelLimits> of_models = {},
                      const Spans& spans = {}, const WindowTable* kept = nullptr,
                      std::string key_id = {}, const ShareLease* lease = nullptr);

  /// Takes effect with the next call. Counts are kept; calls that began while key and model had no
  /// limit at all are not counted.
  void configure(const Limits& limits, const std::vector<ModelLimits>& of_models);

  /// Reserves for one call to `model` that is expected to use `claim`. Fills in `standing`, if not
  /// null, in either case. REQUIRES: `model` exists; with invented names a client could fill the
  /// memory for them.
  [[nodiscard]] std::expected<Reservation, Refusal> try_reserve(std::string_view model, Claim claim,
                                                                MonotonicTime now,
                                                                Standing* standing = nullptr);

  /// Counts one request that is not a call, such as for the list of models: a request of the key,
  /// without a slot.
  [[nodiscard]] std::expected<void, Refusal> try_take_request(MonotonicTime now,
                                                              Standing* standing = nullptr);

  /// Every limit of the key, then of its models by name: those that have something in use, and each
  /// entry's pattern for the others. `models`: those that may have counts of an earlier process.
  [[nodiscard]] std::vector<LimitUse> uses(std::span<const std::string_view> models,
                                           MonotonicTime now);

  /// For the agent that trades shares; all of these only where there is a lease.
  [[nodiscard]] bool is_shared() const { return lease_ != nullptr; }
  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  /// Every limit of which calls found too little, with what they lack.
  [[nodiscard]] std::vector<SharedLimit> lacking(MonotonicTime now);
  /// Takes what was noted of one limit since the last time. Nothing if there is no such limit.
  [[nodiscard]] std::optional<SharedLimit> take_shared(std::string_view model, Dimension dimension,
                                                       MonotonicTime now);
  /// Lowers a share to `target`, but not below what is used; returns what is to be kept: the share,
  /// or what is used if that is more. REQUIRES: `held` is what this node holds.
  [[nodiscard]] std::int64_t lower_share(std::string_view model, Dimension dimension,
                                         std::int64_t held, std::int64_t target, MonotonicTime now);
  /// Every count of one limit, oldest first.
  [[nodiscard]] std::vector<RollingWindow::Mark> marks(std::string_view model, Dimension dimension,
                                                       MonotonicTime now);
  /// `again`: when a shortage is worth another trade.
  void set_share(std::string_view model, Dimension dimension, std::int64_t usable,
                 MonotonicTime again);

  /// True if discarding this limiter would change nothing.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  friend class Reservation;

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  [[nodiscard]] MonotonicTime advance(MonotonicTime now);
  [[nodiscard]] Meters* meters_of(std::string_view model, MonotonicTime now);
  void forget_idle_models(MonotonicTime now);
  [[nodiscard]] std::optional<Refusal> charge(Charges& charges, Meters* meters, Claim claim,
                                              MonotonicTime now);
  void tell(Standing& standing, Meters* of_model, MonotonicTime now);
  [[nodiscard]] bool keeps(std::string_view model, const Limits& limits) const;
  void settle(const Reservation& reservation, Claim actual, MonotonicTime now);
  [[nodiscard]] std::optional<Refusal> add(Reservation& reservation, Claim more, MonotonicTime now);
  void release(const Reservation& reservation);

  [[nodiscard]] std::optional<Refusal> look_at_shares(Meters* meters, Claim claim,
                                                      MonotonicTime now);
  [[nodiscard]] Meters* known_meters(std::string_view model);
  [[nodiscard]] Meters make_meters(std::string_view model, const Limits& limits) const;

  const Spans spans_;
  const WindowTable* const kept_;
  const std::string key_id_;
  const ShareLease* const lease_;
  std::atomic<bool> limited_;  ///< true if there is any limit; false allows an early exit

  mutable std::mutex mutex_;  ///< guards what follows
  MonotonicTime latest_ = MonotonicTime::min();
  Meters of_key_;
  std::vector<ModelLimits> entries_;
  /// By model id; shared ones by the pattern of their entry. An entry with a call in flight is not
  /// idle, so reservations may point into it.
  std::unordered_map<std::string, Meters, Hash, std::equal_to<>> models_;
  MonotonicTime forget_again_ = MonotonicTime::min();
};

}  // namespace weir::limit
