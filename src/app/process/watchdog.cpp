#include "app/process/watchdog.hpp"

#include <atomic>

#include "net/socket.hpp"
#include "telemetry/log.hpp"

namespace weir::app {

// A thread that does not handle a message within half the interval is stuck: then no notification
// is sent, and the service manager restarts the server.
net::Task<> feed_watchdog(const ServiceManager& service, std::chrono::microseconds interval,
                          const std::vector<std::unique_ptr<net::IoThread>>& threads) {
  const auto half = std::chrono::duration_cast<std::chrono::milliseconds>(interval / 2);
  for (;;) {
    const auto answered = std::make_shared<std::atomic<std::size_t>>(0);
    for (auto& thread : threads) thread->post([answered] { ++*answered; });
    co_await net::wait_for(half);
    if (*answered == threads.size()) {
      service.alive();
    } else {
      telemetry::log_warn("an I/O thread is stuck",
                          {{"threads", threads.size()}, {"answered", answered->load()}});
    }
  }
}

}  // namespace weir::app
