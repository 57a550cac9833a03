/// The addresses that an upstream may have, whatever a name service returns.
#pragma once

#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "base/result.hpp"
#include "net/resolve.hpp"

namespace weir::net {

/// Why `address` may not be an upstream's, such as "link-local"; empty: it may. Private addresses
/// and loopback are an operator's own engines and allowed.
/// Source: docs/decisions/0025-upstream-addresses.md; RFC 6890 and the registries it began.
[[nodiscard]] std::string_view refusal_of(const boost::asio::ip::address& address);

/// The allowed ones of `endpoints`. Errors: upstream_unreachable if there is none.
[[nodiscard]] Result<Endpoints> allowed_of(const Endpoints& endpoints);

}  // namespace weir::net
