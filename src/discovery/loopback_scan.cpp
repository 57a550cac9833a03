#include "discovery/loopback_scan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "discovery/loopback.hpp"
#include "telemetry/log.hpp"

namespace weir::discovery {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::size_t kMaxAnswerBytes = 1 << 20;
constexpr std::string_view kHost = "127.0.0.1";

}  // namespace

LoopbackScan::LoopbackScan(net::WorkerPool& pool, std::vector<std::uint16_t> own_ports, Found found)
    : asker_(pool), own_ports_(std::move(own_ports)), found_(std::move(found)) {}

net::Task<> LoopbackScan::run(std::chrono::milliseconds interval) {
  for (;;) {
    if (co_await look_at_all()) {
      std::vector<UpstreamSettings> upstreams;
      for (const auto& [port, kind] : known_) {
        UpstreamSettings upstream;
        upstream.name = fmt::format("{}-{}", kind->slug, port);
        upstream.kind = kind->slug;
        upstream.url = fmt::format("http://{}:{}", kHost, port);
        upstreams.push_back(std::move(upstream));
      }
      found_(std::move(upstreams));
    }
    co_await net::wait_for(interval);
  }
}

net::Task<bool> LoopbackScan::look_at_all() {
  bool changed = false;
  for (const LoopbackPort& port : loopback_ports()) {
    if (std::ranges::find(own_ports_, port.port) != own_ports_.end()) continue;
    const Kind* kind = co_await look_at(port.port, port.kinds);
    if (kind == nullptr) continue;
    const Kind*& known = known_[port.port];
    if (known == kind) continue;
    known = kind;
    changed = true;
    telemetry::log_info("found a local engine", {{"kind", kind->slug}, {"port", port.port}});
  }
  co_return changed;
}

net::Task<const Kind*> LoopbackScan::look_at(std::uint16_t port,
                                             std::span<const std::string_view> kinds) {
  Target target;
  target.base.host = kHost;
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
