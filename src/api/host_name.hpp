/// Names of hosts, as a request gives them.
#pragma once

#include <string_view>

namespace weir::api {

/// `authority` without its port. Keeps brackets, which distinguish an address from a name.
[[nodiscard]] std::string_view without_port(std::string_view authority);

/// Whether only this machine has the name: localhost, or a loopback address.
[[nodiscard]] bool is_loopback_host(std::string_view host);

/// A name that no public name service can have: an address, one label, or a private domain.
[[nodiscard]] bool is_private_host(std::string_view host);

}  // namespace weir::api
