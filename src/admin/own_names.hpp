/// Protection from DNS rebinding: the names under which the admin listener answers.
///
/// A web page may make its own host name point to this listener, and a browser then lets it read
/// the answers as those of its own origin, from within the network it runs in. Its requests still
/// carry that name as their authority. An address, localhost and a listed name cannot be the
/// page's.
///
/// Source: RFC 9110 §7.2 (Host), RFC 6761 §6.3 (localhost).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::admin {

/// Whether `authority`, host [":" port], is an IP address, `localhost` or below it. An empty one,
/// from a client of HTTP/1.0, is no browser's: true.
[[nodiscard]] bool names_no_domain(std::string_view authority);

/// Whether its host is one of `hosts`, of which `*.example.com` stands for all names below
/// example.com. Neither case nor a dot at the end makes a difference.
[[nodiscard]] bool is_listed_host(std::string_view authority, std::span<const std::string> hosts);

}  // namespace weir::admin
