/// The API key of a request, from any of the fields that clients use for it.
#pragma once

#include <expected>
#include <string_view>

#include "base/errc.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The message for a client that sends two keys.
inline constexpr std::string_view kTwoKeys =
    "The request has two different API keys. Send only one of Authorization, x-api-key, "
    "x-goog-api-key and, on Google's paths, key=.";

/// The token of `Authorization: Bearer`, or the value of `x-api-key` (Anthropic) or
/// `x-goog-api-key` (Google); on Google's paths also of the query's `key`. A view into the request.
///
/// Errors: invalid_token if there is no key, a field is repeated, or Authorization holds no bearer
///         token; invalid_parameter if two fields hold different keys (kTwoKeys).
[[nodiscard]] std::expected<std::string_view, Errc> client_key(const http::Request& request);

}  // namespace weir::api
