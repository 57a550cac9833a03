/// Notifies the service manager regularly, as long as every I/O thread makes progress.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "app/process/service_manager.hpp"
#include "net/io_thread.hpp"
#include "net/task.hpp"

namespace weir::app {

/// `interval`: from ServiceManager::watchdog. Runs until cancelled.
///
/// Threads:  the control thread.
/// Lifetime: everything it refers to outlives it.
[[nodiscard]] net::Task<> feed_watchdog(const ServiceManager& service,
                                        std::chrono::microseconds interval,
                                        const std::vector<std::unique_ptr<net::IoThread>>& threads);

}  // namespace weir::app
