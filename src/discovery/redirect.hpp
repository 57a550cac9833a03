/// The redirects of an upstream that are followed: those that add or remove a trailing slash.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "discovery/ask.hpp"
#include "discovery/base_url.hpp"

namespace weir::discovery {

/// The target to send `ask` to instead; nothing if the answer is not such a redirect.
///
/// Its status must be 301, 302, 307 or 308 (for a POST, 307 or 308), and its Location must have
/// the same scheme, host and port, the path of `ask.target` with one trailing slash more or less,
/// and the same query or none. The key never goes to another server, nor to another path.
/// Source: RFC 9110 §15.4; Starlette's and Django's habit with trailing slashes.
[[nodiscard]] std::optional<std::string> redirect_target(const BaseUrl& base, const Ask& ask,
                                                         const Answer& answer);

/// `location` for display to an operator: without its query and fragment. Empty if it is too long,
/// names a user, or contains anything but visible ASCII.
[[nodiscard]] std::string_view shown_location(std::string_view location);

}  // namespace weir::discovery
