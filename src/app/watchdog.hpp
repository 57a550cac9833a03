/// The service manager hears again and again that every I/O thread is moving.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "app/service_manager.hpp"
#include "net/io_thread.hpp"
#include "net/task.hpp"

namespace weir::app {

/// `interval`: what ServiceManager::watchdog says. Until it is cancelled.
///
/// Threads:  the control thread.
/// Lifetime: what it refers to outlives it.
[[nodiscard]] net::Task<> feed_watchdog(const ServiceManager& service,
                                        std::chrono::microseconds interval,
                                        const std::vector<std::unique_ptr<net::IoThread>>& threads);

}  // namespace weir::app
