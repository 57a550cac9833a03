/// The limits of one key, shared by all threads: everything a call may use is decided and counted
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
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "limit/limits.hpp"
#include "limit/meters.hpp"

namespace weir::limit {

class KeyLimiter;

/// Requests and tokens per minute after a decision; where key and model are both limited, the one
/// of which less remains.
struct Standing {
  Quota requests;
  Quota tokens;
};

/// What one call holds: a slot, and what it was counted for. Empty where nothing is limited.
///
/// Threads:  one at a time; not necessarily the one that reserved.
/// Lifetime: keeps its limiter alive.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept = default;
  Reservation& operator=(Reservation&& other) noexcept;
  /// Gives the slot back; what was counted and never settled stays counted.
  ~Reservation() { release(); }

  /// Corrects what was counted to what was used and gives the slot back: less is given back to the
  /// windows that were charged, more is charged now, whether or not there is room for it. Only the
  /// first settle or cancel has an effect.
  void settle(Claim actual, MonotonicTime now);

  /// For a call that used nothing: as settle({}). The request was made, and stays counted.
  void cancel(MonotonicTime now) { settle({}, now); }

  [[nodiscard]] bool empty() const { return limiter_ == nullptr; }
  /// The time it counts from: that of the reservation, or a later one that another thread had come
  /// with before. REQUIRES: not empty.
  [[nodiscard]] MonotonicTime charged_at() const { return charged_at_; }

 private:
  friend class KeyLimiter;
  void release();

  std::shared_ptr<KeyLimiter> limiter_;
  Meters* of_model_ = nullptr;
  Meters::Charged charged_to_key_ = 0;
  Meters::Charged charged_to_model_ = 0;
  Claim claim_;
  MonotonicTime charged_at_;
};

/// A refusal has taken nothing, neither from the key nor from the model.
///
/// A thread that read the clock before another but comes to the lock after it is decided at the
/// other's time.
///
/// Cost:     without any limit one relaxed load; with limits one short lock, and no allocation once
///           a model is known. Memory for kMaxModels models at most.
/// Threads:  any.
/// Lifetime: REQUIRES a std::shared_ptr owner.
class KeyLimiter : public std::enable_shared_from_this<KeyLimiter> {
 public:
  /// Models whose counts are kept apart; those beyond share the counts of their entry, so that a
  /// limit may hold too early and never too late.
  static constexpr std::size_t kMaxModels = 1024;

  explicit KeyLimiter(const Limits& limits, std::vector<ModelLimits> of_models = {},
                      const Spans& spans = {});

  /// Takes effect with the next try; what was counted stays counted. Calls that were under way when
  /// a key or model had no limit at all are not.
  void configure(const Limits& limits, const std::vector<ModelLimits>& of_models);

  /// One call to `model` that is expected to use `claim`. `standing`, if asked for, is filled in
  /// either case. REQUIRES: `model` is one that exists; whoever could make up names could fill the
  /// memory for them.
  [[nodiscard]] std::expected<Reservation, Refusal> try_reserve(std::string_view model, Claim claim,
                                                                MonotonicTime now,
                                                                Standing* standing = nullptr);

  /// One request that is no call, such as for the list of models: it counts as a request of the key
  /// and needs no slot.
  [[nodiscard]] std::expected<void, Refusal> try_take_request(MonotonicTime now,
                                                              Standing* standing = nullptr);

  /// Whether forgetting this limiter would change nothing.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  friend class Reservation;

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  [[nodiscard]] MonotonicTime advance(MonotonicTime now);
  [[nodiscard]] const ModelLimits* entry_for(std::string_view model) const;
  [[nodiscard]] Meters* meters_of(std::string_view model, MonotonicTime now);
  void forget_idle_models(MonotonicTime now);
  void tell(Standing& standing, Meters* of_model, MonotonicTime now);
  void settle(const Reservation& reservation, Claim actual, MonotonicTime now);
  void release(const Reservation& reservation);

  const Spans spans_;
  std::atomic<bool> limited_;  ///< whether there is any limit: to leave at once where there is none

  mutable std::mutex mutex_;  ///< guards what follows
  MonotonicTime latest_ = MonotonicTime::min();
  Meters of_key_;
  std::vector<ModelLimits> entries_;
  /// By model id; the shared ones by the pattern of their entry. One with a call in flight is not
  /// idle, so reservations may point into it.
  std::unordered_map<std::string, Meters, Hash, std::equal_to<>> models_;
  MonotonicTime forget_again_ = MonotonicTime::min();
};

}  // namespace weir::limit
