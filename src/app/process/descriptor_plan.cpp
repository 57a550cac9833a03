#include "app/process/descriptor_plan.hpp"

#include <algorithm>

#include "http/server.hpp"

namespace weir::app {
namespace {

constexpr std::int64_t kOwn = 48;       // store, logs, signals, takeover, names, files being read
constexpr std::int64_t kPerThread = 8;  // its loop, its listening sockets
constexpr std::int64_t kMostAdmin = 64;
constexpr std::int64_t kLeast = 8;  // however few there are
constexpr std::int64_t kLeastCalls = 64;
constexpr std::int64_t kBytesPerCall = 64 << 10;
constexpr std::int64_t kMostDerived = 1 << 16;  // more memory than this needs an explicit setting

// The share of `descriptors` for connections that are served; the rest is for refused ones.
std::int64_t served_of(std::int64_t descriptors) {
  auto served = std::max<std::int64_t>(descriptors, 1);
  while (served > 1 && served + http::Server::refused_at_once(served) > descriptors) {
    served -= std::max<std::int64_t>(
        1, (served + http::Server::refused_at_once(served) - descriptors) / 2);
  }
  return std::max<std::int64_t>(served, 1);
}

// A quarter of the memory is enough for this many streams with full buffers.
std::int64_t calls_in(const DescriptorNeeds& needs, std::int64_t descriptors) {
  const auto connected = descriptors / (1 + needs.per_call);
  const auto remembered = needs.memory_bytes / 4 / kBytesPerCall;
  return std::clamp(std::min(connected, remembered), kLeastCalls, kMostDerived);
}

}  // namespace

DescriptorPlan plan_descriptors(const DescriptorNeeds& needs) {
  DescriptorPlan plan{};
  plan.admin_connections = std::clamp(needs.limit / 16, kLeast, kMostAdmin);
  const auto fixed = kOwn + kPerThread * (needs.io_threads + 1) + plan.admin_connections +
                     http::Server::refused_at_once(plan.admin_connections) + needs.upstreams +
                     http::Server::kAcceptTurn * (needs.io_threads + 1);
  const auto rest = std::max(needs.limit - fixed, kLeast);
  plan.calls = needs.calls > 0 ? needs.calls : calls_in(needs, rest);
  const auto wanted = plan.calls * needs.per_call + needs.idle_connections;
  const auto share = rest * needs.per_call / (1 + needs.per_call);
  plan.upstreams = std::min(wanted, share);
  plan.max_connections = std::min(served_of(rest - plan.upstreams), kMostDerived);
  if (needs.max_connections == 0) return plan;

  const auto most = served_of(rest - std::min(wanted, rest / 8));
  plan.is_cut = needs.max_connections > most;
  plan.max_connections = std::min(needs.max_connections, most);
  plan.upstreams = std::min(wanted, rest - plan.max_connections);
  return plan;
}

}  // namespace weir::app
