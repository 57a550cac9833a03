/// Asks engines that keep calls waiting whether they are alive, at their own health path. The I/O
/// around health_state.hpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "discovery/asker.hpp"
#include "discovery/health_state.hpp"
#include "discovery/settings.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"

namespace weir::discovery {

/// Threads:      its executor's.
/// Lifetime:     `stop` before destruction.
/// Cancellation: `stop` cancels pending requests.
class HealthChecks {
 public:
  /// Called with an upstream's name after each answer, and each request that had none: not for one
  /// that is absent or unknown. On the executor's thread.
  struct Finding {
    MonotonicTime began;  ///< when it was asked
    HealthAnswer answer = HealthAnswer::alive;
    int in_a_row = 0;  ///< requests that were not answered
  };
  using Found = std::function<void(const std::string& upstream, const Finding& finding)>;
  /// Whether calls wait for an upstream, and none was answered for so long.
  using Waits = std::function<bool(const std::string& upstream, std::chrono::milliseconds silence)>;

  HealthChecks(net::Executor executor, net::WorkerPool& pool, Found found)
      : asker_(pool), found_(std::move(found)), tasks_(executor) {}

  /// The upstreams from now on, of those whose kind has a health path. One that is unchanged keeps
  /// its state. REQUIRES: kinds and URLs have been checked.
  void apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams);

  /// Asks those that are due. At most discovery.max_concurrent requests are in progress.
  void ask_due(const Waits& waits, std::chrono::milliseconds interval, MonotonicTime now);

  [[nodiscard]] net::Task<> stop();

 private:
  struct Engine {
    UpstreamSettings settings;
    Target target;
    HealthState state = {};
  };

  [[nodiscard]] net::Task<> ask(std::shared_ptr<Engine> engine);

  Asker asker_;
  Found found_;
  Settings settings_;
  std::vector<std::shared_ptr<Engine>> engines_;
  int asking_ = 0;
  net::TaskGroup tasks_;
};

}  // namespace weir::discovery
