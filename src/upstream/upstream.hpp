/// One upstream as calls see it: address, health and load. Shared by all threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "http/origin.hpp"
#include "upstream/breaker.hpp"
#include "upstream/health.hpp"
#include "upstream/outcome.hpp"
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

/// The passes of one call.
struct Passes {
  Breaker::Pass upstream;
  Breaker::Pass model;
};

/// Health has two levels: an outcome counts against the model that was called, or, if it is of the
/// connection or of Weir's account, against the upstream with all of its models.
///
/// Threads:  any.
/// Lifetime: shared_ptr, held by the directory and by each call.
class Upstream {
 public:
  /// So many models that fail, without a success at the upstream meanwhile, put all of it in doubt.
  static constexpr std::size_t kFailingModels = 3;

  Upstream(Address address, const Settings& settings, int max_in_flight);

  /// Keeps what was observed.
  void configure(const Settings& settings, int max_in_flight);

  [[nodiscard]] const Address& address() const { return address_; }
  /// A hash of its name: the same at every node.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] Slots& slots() { return slots_; }

  /// The health of the upstream as a whole.
  [[nodiscard]] const Health& health() const { return health_; }
  /// The health of its model `id`, created at the first request for it.
  [[nodiscard]] std::shared_ptr<Health> health_of(std::string_view id);
  /// Forgets models whose health nobody else holds.
  void forget_unused();

  /// Admits a call of `model`, as a first attempt or as a retry: nothing if a breaker refuses, or
  /// the retry budget is exhausted.
  [[nodiscard]] std::optional<Passes> try_admit(Health& model, bool is_retry, MonotonicTime now);
  /// How the call that has `passes` ended. Once.
  void report(Health& model, const Passes& passes, Outcome outcome, std::uint64_t key,
              MonotonicTime now);
  /// The answer to a call has begun.
  void began(Health& model, const Passes& passes) {
    health_.began(passes.upstream);
    model.began(passes.model);
  }

  /// It has answered a list request.
  void listed(MonotonicTime now);
  /// It has not, or with an error.
  void list_failed(bool is_unanswered, MonotonicTime now) {
    health_.distrust(now, is_unanswered ? Breaker::Until::listed : Breaker::Until::later);
  }
  /// By the answer at its own health path.
  void healthy(MonotonicTime now) { health_.healthy(now); }
  void unhealthy(MonotonicTime now) { health_.distrust(now, Breaker::Until::healthy); }

  /// It has answered something, or begins to be waited for.
  void heard(MonotonicTime now) {
    heard_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  [[nodiscard]] MonotonicTime last_heard() const {
    return MonotonicTime(MonotonicClock::duration(heard_.load(std::memory_order_relaxed)));
  }

 private:
  void note_failing(const Health& model, MonotonicTime now);

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  const Address address_;
  const std::uint64_t id_;
  Slots slots_;
  Health health_;
  std::atomic<MonotonicTime::rep> heard_{0};
  std::mutex mutex_;  ///< guards what follows
  RetryBudget budget_;
  BreakerSettings breaker_settings_;
  std::array<const Health*, kFailingModels> failing_{};  ///< distinct; null behind the last
  std::unordered_map<std::string, std::shared_ptr<Health>, Hash, std::equal_to<>> models_;
};

}  // namespace weir::upstream
