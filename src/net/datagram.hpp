/// One-way messages to another process of this machine.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace weir::net {

/// Sends one datagram to the Unix socket at `address`: a path, or `@name` for an abstract one.
/// Never waits. Errors: not_found with the system's reason.
[[nodiscard]] Result<> send_datagram(std::string_view address, std::string_view text);

}  // namespace weir::net
