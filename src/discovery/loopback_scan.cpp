#include "discovery/loopback_scan.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "discovery/loopback.hpp"
#include "telemetry/log.hpp"

namespace weir::discovery {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::size_t kMaxAnswerBytes = 1 << 20;

}  // namespace

LoopbackScan::LoopbackScan(net::WorkerPool& pool, std::vector<std::uint16_t> own_ports, Found found)
    : pool_(pool),
      asker_(pool),
      own_ports_(std::move(own_ports)),
      found_(std::move(found)),
      own_uid_(::geteuid()),
      findings_(own_uid_) {}

net::Task<> LoopbackScan::run(std::chrono::milliseconds interval) {
  for (;;) {
    if (co_await look_at_all()) found_(findings_.upstreams());
    co_await net::wait_for(interval);
  }
}

net::Task<std::vector<UpstreamSettings>> LoopbackScan::scan_once() {
  [[maybe_unused]] const bool changed = co_await look_at_all();
  co_return findings_.upstreams();
}

net::Task<bool> LoopbackScan::look_at_all() {
  std::vector<std::pair<std::uint16_t, const Kind*>> seen;
  for (const LoopbackPort& port : loopback_ports()) {
    if (std::ranges::find(own_ports_, port.port) != own_ports_.end()) continue;
    const Kind* kind = co_await look_at(port.port, port.kinds);
    seen.emplace_back(port.port, kind);
  }
  // After the answers: every server that answered had its socket by then.
  auto reading = pool_.run(&read_listeners);
  const auto listeners = co_await std::move(reading);
  bool changed = false;
  for (const auto& [port, kind] : seen) changed = judge(port, kind, listeners) || changed;
  co_return changed;
}

bool LoopbackScan::judge(std::uint16_t port, const Kind* kind, const Listeners& listeners) {
  using enum LoopbackFindings::Change;
  const auto change = findings_.take(port, kind, owner_of_port(listeners, port, own_uid_));
  switch (change) {
    case none:
      return false;
    case accepted:
      telemetry::log_info("found a local engine", {{"kind", kind->slug}, {"port", port}});
      return true;
    case refused:
    case withdrawn:
      telemetry::log_warn(
          change == refused ? "local engine not accepted" : "local engine no longer accepted",
          {{"port", port}, {"detail", findings_.reason(port)}});
      return change == withdrawn;
  }
  __builtin_unreachable();
}

net::Task<const Kind*> LoopbackScan::look_at(std::uint16_t port,
                                             std::span<const std::string_view> kinds) {
  Target target;
  target.base.host = kLoopbackHost;
  target.base.port = port;
  target.kind = find_kind("openai");
  Fingerprint fingerprint(kinds);
  for (std::size_t i = 0; i < fingerprint.asks().size(); ++i) {
    auto answer = co_await asker_.send(target, fingerprint.asks()[i], kMaxAnswerBytes,
                                       monotonic_now() + kPatience);
    const bool out_of_reach = !answer && (answer.error().code == Errc::upstream_unreachable ||
                                          answer.error().code == Errc::deadline_exceeded ||
                                          answer.error().code == Errc::overloaded);
    fingerprint.answer(i, std::move(answer));
    if (out_of_reach) co_return nullptr;
  }
  co_return fingerprint.kind();
}

}  // namespace weir::discovery
