/// Scans common ports on this machine for engines: for `weir serve` without a config file.
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

/// A found engine stays an upstream even if it is stopped: then the refresher's grace time decides.
/// Another engine on the same port replaces it. An engine whose port belongs to another user is not
/// accepted, and stops being an upstream in the round that detects this.
///
/// Threads:      its executor's.
/// Lifetime:     outlives `run`.
/// Cancellation: `run` ends at the next step.
class LoopbackScan {
 public:
  /// Called with all accepted engines, by port, whenever they change.
  using Found = std::function<void(std::vector<UpstreamSettings>)>;

  /// `own_ports` are skipped: a list that lists itself grows for ever.
  LoopbackScan(net::WorkerPool& pool, std::vector<std::uint16_t> own_ports, Found found);

  /// Scans every port, then again after `interval`, until cancelled.
  [[nodiscard]] net::Task<> run(std::chrono::milliseconds interval);

  /// Scans every port once; the accepted engines.
  [[nodiscard]] net::Task<std::vector<UpstreamSettings>> scan_once();
  [[nodiscard]] std::vector<NotAccepted> not_accepted() const { return findings_.not_accepted(); }

 private:
  /// True if the upstreams have changed.
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
