/// The meaning of an engine's answers at its own health path. Pure: the time is a parameter.
///
/// Engines answer there without generating anything, and say that a worker behind a live front end
/// is dead, which a list does not.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "discovery/ask.hpp"

namespace weir::discovery {

enum class HealthAnswer : std::uint8_t {
  alive,       ///< 2xx
  failing,     ///< 5xx
  refused,     ///< no connection, or one that was closed: what it has begun it may still finish
  unanswered,  ///< nothing in time
  absent,      ///< there is no such path, or not for Weir
  unknown,     ///< this machine could not ask
};

[[nodiscard]] HealthAnswer read_health(const Result<Answer>& answer);

/// When an engine is asked. Threads: one owner. Lifetime: value type.
class HealthState {
 public:
  /// How long a path that is absent is not requested. A front end may answer so while its engine
  /// restarts, or a key is replaced: a path that was there before is expected back.
  static constexpr std::chrono::minutes kAbsence{10};
  static constexpr std::chrono::minutes kLostAbsence{1};

  /// Whether it is to be asked now. `waits`: calls wait for it, and none was answered for
  /// `interval`; after a failure it is asked without that too.
  [[nodiscard]] bool is_due(bool waits, std::chrono::milliseconds interval,
                            MonotonicTime now) const {
    return !is_asking_ && now >= absent_until_ && (waits || has_failed_) &&
           now - asked_at_ >= interval;
  }
  void asked(MonotonicTime now) {
    is_asking_ = true;
    asked_at_ = now;
  }
  void answered(HealthAnswer answer, MonotonicTime now);
  /// The request has ended, and is not evidence.
  void dropped() { is_asking_ = false; }
  /// It is reached in another way from now on: only whether it failed is kept.
  void moved();
  /// It is not asked any more.
  void forget();

  /// When it was last asked.
  [[nodiscard]] MonotonicTime asked_at() const { return asked_at_; }
  /// Requests in a row that were not answered, or by a failure.
  [[nodiscard]] int lifeless() const { return lifeless_; }
  /// Whether the last answer was a failure, or none.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  MonotonicTime asked_at_{};
  MonotonicTime absent_until_ = MonotonicTime::min();
  int lifeless_ = 0;
  bool is_asking_ = false;
  bool has_failed_ = false;
  bool was_alive_ = false;
};

}  // namespace weir::discovery
