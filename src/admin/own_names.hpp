/// Protection from DNS rebinding: the names under which the admin listener answers.
///
/// A web page may make its own host name resolve to this listener, and a browser then lets it read
/// the answers as its own origin's, from within the browser's network. Its requests still carry
/// that name as their authority. An address, localhost and a listed name cannot be the page's.
///
/// Source: RFC 9110 §7.2 (Host), RFC 6761 §6.3 (localhost).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::admin {

/// True if `authority`, host [":" port], is an IP address, `localhost` or below it. Also true if it
/// is empty: an HTTP/1.0 client without Host is not a browser.
[[nodiscard]] bool names_no_domain(std::string_view authority);

/// True if its host is one of `hosts`, in which `*.example.com` matches all names below
/// example.com. Case and a final dot are ignored.
[[nodiscard]] bool is_listed_host(std::string_view authority, std::span<const std::string> hosts);

/// True if either holds: the admin listener answers under this name.
[[nodiscard]] bool is_own_name(std::string_view authority, std::span<const std::string> hosts);

}  // namespace weir::admin
