/// Notifications to systemd, or another service manager with its protocol.
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

/// Does nothing without a service manager.
///
/// Threads: any.
class ServiceManager {
 public:
  ServiceManager() = default;

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and unsets them, so that no child uses
  /// them. Threads: before there are others.
  static ServiceManager from_environment();

  void ready(std::string_view status) const;
  void reloading(MonotonicTime now) const;
  void stopping() const;
  /// Another process is the service from now on.
  void main_pid(std::int64_t pid) const;
  void alive() const;

  /// The interval within which `alive` must be called repeatedly; none: no watchdog.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void say(std::string_view state) const;

  std::string address_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// The interval that WATCHDOG_USEC and WATCHDOG_PID set for the process `pid`; nothing: none.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_watchdog(
    const std::optional<std::string>& usec, const std::optional<std::string>& for_pid,
    std::int64_t pid);

}  // namespace weir::app
