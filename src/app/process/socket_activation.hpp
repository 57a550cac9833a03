/// Listening sockets that systemd opened and passed (LISTEN_FDS).
///
/// Source: sd_listen_fds(3), systemd.socket(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/process/inherited.hpp"
#include "base/result.hpp"

namespace weir::app {

/// The environment variables, unparsed.
struct Activation {
  std::optional<std::string> pid;
  std::optional<std::string> count;
  std::optional<std::string> names;
};

enum class ListenerRole : std::uint8_t { api, admin };

/// The role of each passed descriptor, from the first on; empty: none is for the process `own_pid`.
/// FileDescriptorName= decides, `api` or `admin`; without names the first is the API's and the
/// second administration's.
/// Errors: config_invalid.
[[nodiscard]] Result<std::vector<ListenerRole>> plan_activation(const Activation& activation,
                                                                std::int64_t own_pid);

/// Takes the descriptors passed to this process, and unsets the variables.
/// Errors: config_invalid, also for a descriptor that is not a listening TCP socket.
/// Threads: once, before there are others.
[[nodiscard]] Result<Inherited> inherit_from_environment();

}  // namespace weir::app
