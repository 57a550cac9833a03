/// One upstream as calls see it: address, health and load. Shared by all threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "http/origin.hpp"
#include "upstream/breaker.hpp"
#include "upstream/retry_budget.hpp"
#include "upstream/settings.hpp"
#include "upstream/slots.hpp"

namespace weir::upstream {

/// The address of an upstream. A changed address makes another upstream.
struct Address {
  std::string name;
  http::Origin origin;
  http::TlsSettings tls;

  bool operator==(const Address&) const = default;
};

/// Threads:  any.
/// Lifetime: shared_ptr, held by the directory and by each call.
class Upstream {
 public:
  Upstream(Address address, const Settings& settings, int max_in_flight)
      : address_(std::move(address)),
        slots_(max_in_flight, settings.queue_length),
        breaker_(settings.breaker),
        budget_(settings.retry_budget_percent, settings.retry_budget_min) {}

  /// Keeps what was observed.
  void configure(const Settings& settings, int max_in_flight) {
    slots_.configure(max_in_flight, settings.queue_length);
    const std::lock_guard lock(mutex_);
    breaker_.configure(settings.breaker);
    budget_.configure(settings.retry_budget_percent, settings.retry_budget_min);
  }

  [[nodiscard]] const Address& address() const { return address_; }
  [[nodiscard]] Slots& slots() { return slots_; }

  [[nodiscard]] bool admits(MonotonicTime now) const {
    const std::lock_guard lock(mutex_);
    return breaker_.admits(now);
  }
  /// Whether a call may choose it, and whether another one would be better.
  struct Health {
    bool admits;
    bool in_doubt;
  };
  [[nodiscard]] Health health(MonotonicTime now) const {
    const std::lock_guard lock(mutex_);
    return {breaker_.admits(now), breaker_.in_doubt(now)};
  }

  /// Admits a call's first attempt, or a retry: nothing if the breaker refuses, or the retry budget
  /// is exhausted.
  [[nodiscard]] std::optional<Breaker::Pass> try_admit(bool is_retry, MonotonicTime now) {
    const std::lock_guard lock(mutex_);
    if (!breaker_.admits(now)) return std::nullopt;
    if (!is_retry) {
      budget_.called(now);
    } else if (!budget_.try_retry(now)) {
      return std::nullopt;
    }
    return breaker_.try_admit(now);
  }

  void report(Breaker::Pass pass, Evidence evidence, MonotonicTime now) {
    const std::lock_guard lock(mutex_);
    breaker_.report(pass, evidence, now);
  }
  void cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now) {
    const std::lock_guard lock(mutex_);
    breaker_.cool_down(retry_after, now);
  }
  void listed() {
    const std::lock_guard lock(mutex_);
    breaker_.listed();
  }
  [[nodiscard]] MonotonicTime ready_at() const {
    const std::lock_guard lock(mutex_);
    return breaker_.ready_at();
  }
  [[nodiscard]] BreakerState state() const {
    const std::lock_guard lock(mutex_);
    return breaker_.state();
  }

 private:
  const Address address_;
  Slots slots_;
  mutable std::mutex mutex_;  ///< guards what follows
  Breaker breaker_;
  RetryBudget budget_;
};

}  // namespace weir::upstream
