/// Requests without a key on the listener where a key is assumed.
#pragma once

#include "http/request.hpp"

namespace weir::api {

/// True if a request that has no key may be given one: it has none of the fields of a key, and no
/// web page of another host can have made it. A page may call this address, whose browser is often
/// on the same machine, and may make a name of its own resolve to it.
///
/// Source: RFC 6454 (Origin), RFC 9110 §7.2 (Host); ollama/ollama server/routes.go
/// (allowedHostsMiddleware) and envconfig (AllowedOrigins), 2026-11.
[[nodiscard]] bool may_assume_key(const http::Request& request);

}  // namespace weir::api
