/// Notices writes of other processes to a file, within a millisecond.
#pragma once

#include <filesystem>
#include <functional>

#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::app {

/// Calls `on_write` when a file is written to, created or replaced; the file need not exist, but
/// its folder must. Completes at once where the system cannot watch (no inotify, or too many
/// watches): it only makes a poll earlier.
///
/// Threads:  its executor's. Cancellation: as of any task.
/// Source:   inotify(7).
[[nodiscard]] net::Task<> watch_writes(std::filesystem::path file, std::function<void()> on_write);

}  // namespace weir::app
