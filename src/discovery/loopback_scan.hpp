/// Looks for engines on the ports where they usually listen on this machine: for `weir serve`
/// without a config file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "discovery/asker.hpp"
#include "discovery/settings.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::discovery {

/// What it has found stays an upstream, also when the engine is stopped: then the refresher's grace
/// time decides. Another engine on the same port takes its place.
///
/// Threads:      its executor's.
/// Lifetime:     outlives `run`.
/// Cancellation: `run` ends at the next step.
class LoopbackScan {
 public:
  /// Called with all that is known, by port, whenever it changed.
  using Found = std::function<void(std::vector<UpstreamSettings>)>;

  /// `own_ports` are left out: a list that lists itself grows for ever.
  LoopbackScan(net::WorkerPool& pool, std::vector<std::uint16_t> own_ports, Found found);

  /// Looks at every port, then again after `interval`, until cancelled.
  [[nodiscard]] net::Task<> run(std::chrono::milliseconds interval);

 private:
  [[nodiscard]] net::Task<bool> look_at_all();
  [[nodiscard]] net::Task<const Kind*> look_at(std::uint16_t port,
                                               std::span<const std::string_view> kinds);

  Asker asker_;
  std::vector<std::uint16_t> own_ports_;
  Found found_;
  std::map<std::uint16_t, const Kind*> known_;
};

}  // namespace weir::discovery
