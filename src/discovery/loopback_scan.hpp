/// Looks for engines on the ports where they usually listen on this machine: for `weir serve`
/// without a config file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "discovery/asker.hpp"
#include "discovery/loopback_findings.hpp"
#include "discovery/settings.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::discovery {

/// An engine that was found stays an upstream when it is stopped: the refresher's grace time then
/// decides. Another engine on the same port takes its place. One whose port belongs to another
/// user is not accepted, and no longer an upstream from the round in which that is seen.
///
/// Threads:      its executor's.
/// Lifetime:     outlives `run`.
/// Cancellation: `run` ends at the next step.
class LoopbackScan {
 public:
  /// Called with all that is accepted, by port, whenever it changed.
  using Found = std::function<void(std::vector<UpstreamSettings>)>;

  /// `own_ports` are left out: a list that lists itself grows for ever.
  LoopbackScan(net::WorkerPool& pool, std::vector<std::uint16_t> own_ports, Found found);

  /// Looks at every port, then again after `interval`, until cancelled.
  [[nodiscard]] net::Task<> run(std::chrono::milliseconds interval);

  [[nodiscard]] std::vector<NotAccepted> not_accepted() const { return findings_.not_accepted(); }

 private:
  /// True if the upstreams are others now.
  [[nodiscard]] net::Task<bool> look_at_all();
  [[nodiscard]] net::Task<const Kind*> look_at(std::uint16_t port,
                                               std::span<const std::string_view> kinds);
  [[nodiscard]] bool judge(std::uint16_t port, const Kind* kind, const Listeners& listeners);

  net::WorkerPool& pool_;
  Asker asker_;
  std::vector<std::uint16_t> own_ports_;
  Found found_;
  std::uint32_t own_uid_;
  LoopbackFindings findings_;
};

}  // namespace weir::discovery
