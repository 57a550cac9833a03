/// What systemd, or whoever speaks its protocol, is told of this process.
///
/// Source: sd_notify(3), sd_watchdog_enabled(3);
/// docs/decisions/0027-systemd-without-its-library.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace weir::app {

/// Says nothing when nobody listens.
///
/// Threads: any.
class ServiceManager {
 public:
  ServiceManager() = default;

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and removes them, so that no child takes
  /// them for its own. Threads: before there are others.
  static ServiceManager from_environment();

  void ready(std::string_view status) const;
  void reloading(MonotonicTime now) const;
  void stopping() const;
  /// Another process is the service from now on.
  void main_pid(std::int64_t pid) const;
  void alive() const;

  /// Within which `alive` is expected, again and again; none: it is not.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void say(std::string_view state) const;

  std::string address_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// The interval that WATCHDOG_USEC and WATCHDOG_PID ask of the process `pid`; none: nothing.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_watchdog(
    const std::optional<std::string>& usec, const std::optional<std::string>& for_pid,
    std::int64_t pid);

}  // namespace weir::app
