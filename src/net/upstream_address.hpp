/// Which addresses an upstream may have, whatever its name or the name service says.
#pragma once

#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "base/result.hpp"
#include "net/resolve.hpp"

namespace weir::net {

/// What keeps `address` from being an upstream's: "link-local"; empty: nothing. Private addresses
/// and loopback are an operator's own engines and allowed.
/// Source: docs/decisions/0025-upstream-addresses.md; RFC 6890 and the registries it began.
[[nodiscard]] std::string_view refusal_of(const boost::asio::ip::address& address);

/// Those that are allowed. Errors: upstream_unreachable if none is.
[[nodiscard]] Result<Endpoints> allowed_of(const Endpoints& endpoints);

}  // namespace weir::net
