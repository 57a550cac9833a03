#include "app/process/memory_watch.hpp"

#include "app/process/memory.hpp"
#include "app/process/memory_limit.hpp"
#include "http/pressure.hpp"
#include "http/server_metrics.hpp"
#include "net/socket.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds kMemoryPoll{250};

}  // namespace

std::uint64_t memory_limit_bytes(std::int64_t setting) {
  return setting > 0 ? static_cast<std::uint64_t>(setting) : container_limit_bytes();
}

std::uint64_t usable_bytes(std::int64_t setting) {
  const auto limit = memory_limit_bytes(setting);
  return limit > 0 ? limit : machine_bytes();
}

net::Task<> watch_memory(std::vector<http::Server*> servers, std::uint64_t limit_bytes,
                         net::WorkerPool& pool, telemetry::Registry& registry) {
  auto& gauge = telemetry::register_gauge(registry, http::kMemoryPressure).Add({});
  auto last = http::Pressure::none;
  for (;;) {
    co_await net::wait_for(kMemoryPoll);
    const auto pressure = http::pressure_of(resident_bytes(), limit_bytes, last);
    if (pressure != last) {
      for (auto* server : servers) server->set_pressure(pressure);
      gauge.Set(static_cast<double>(pressure));
      telemetry::log_warn("memory pressure changed",
                          {{"pressure", http::name(pressure)}, {"limit_bytes", limit_bytes}});
      last = pressure;
    }
    if (pressure == http::Pressure::none) continue;
    // Freed memory does not lower the resident set while the heap keeps it.
    auto trim = [] {
      trim_heap();
      return true;
    };
    auto trimming = pool.run(trim);
    co_await std::move(trimming);
  }
}

}  // namespace weir::app
