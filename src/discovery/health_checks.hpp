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
  /// that is unknown. `absent`: it has no health path, or is not asked any more, and had failed
  /// before. On the executor's thread.
  struct Finding {
    MonotonicTime began = {};  ///< when it was asked
    HealthAnswer answer = HealthAnswer::alive;
    int in_a_row = 0;  ///< requests that were not answered
  };
  using Found = std::function<void(const std::string& upstream, const Finding& finding)>;
  /// Whether calls wait for an upstream, and none was answered for so long.
  using Waits = std::function<bool(const std::string& upstream, std::chrono::milliseconds silence)>;

  HealthChecks(net::Executor executor, net::WorkerPool& pool, Found found)
      : asker_(pool), found_(std::move(found)), tasks_(executor) {}

  /// The upstreams from now on, of those whose kind has a health path. One that failed is asked
  /// again, however it is reached from now on. REQUIRES: kinds and URLs have been checked.
  void apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams);

  /// Asks those that are due, each in turn. At most discovery.max_concurrent requests are in
  /// progress. `interval` 0: none is asked.
  void ask_due(const Waits& waits, std::chrono::milliseconds interval, MonotonicTime now);

  [[nodiscard]] net::Task<> stop();

 private:
  struct Engine {
    UpstreamSettings settings;
    Target target;
    HealthState state = {};
    int version = 0;  ///< of the target
  };
  /// Counts a request while it lives.
  class Request;

  [[nodiscard]] net::Task<> ask(std::shared_ptr<Engine> engine);
  void take(Engine& engine, HealthAnswer answer);
  /// It is not asked any more.
  void let_go(Engine& engine);

  Asker asker_;
  Found found_;
  Settings settings_;
  std::vector<std::shared_ptr<Engine>> engines_;
  std::size_t next_ = 0;  ///< of the engines, the one that is looked at first
  int asking_ = 0;
  net::TaskGroup tasks_;
};

}  // namespace weir::discovery
