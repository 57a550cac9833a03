#include "app/process/service_manager.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "app/command_line/number.hpp"
#include "app/process/environment.hpp"
#include "net/datagram.hpp"
#include "telemetry/log.hpp"

namespace weir::app {

ServiceManager ServiceManager::from_environment() {
  ServiceManager manager;
  manager.address_ = take_variable("NOTIFY_SOCKET").value_or("");
  const auto usec = take_variable("WATCHDOG_USEC");
  const auto pid = take_variable("WATCHDOG_PID");
  manager.watchdog_ = parse_watchdog(usec, pid, ::getpid());
  return manager;
}

void ServiceManager::ready(std::string_view status) const {
  say(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::reloading(MonotonicTime now) const {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading", since.count()));
}

void ServiceManager::stopping() const { say("STOPPING=1\nSTATUS=draining"); }

void ServiceManager::main_pid(std::int64_t pid) const {
  if (pid > 0) say(fmt::format("MAINPID={}", pid));
}

void ServiceManager::alive() const { say("WATCHDOG=1"); }

void ServiceManager::say(std::string_view state) const {
  if (address_.empty()) return;
  if (auto sent = net::send_datagram(address_, state); !sent) {
    telemetry::log_warn(
        "cannot notify the service manager",
        {{"state", state.substr(0, state.find('\n'))}, {"detail", sent.error().detail}});
  }
}

std::optional<std::chrono::microseconds> parse_watchdog(const std::optional<std::string>& usec,
                                                        const std::optional<std::string>& for_pid,
                                                        std::int64_t pid) {
  if (for_pid && parse_number(*for_pid) != pid) return std::nullopt;
  const auto interval = usec ? parse_number(*usec) : std::nullopt;
  if (!interval || *interval <= 0) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

}  // namespace weir::app
