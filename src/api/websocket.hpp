/// Requests for a WebSocket. Weir speaks none: clients that learn so fall back to event streams.
#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The message for a client that asks for one.
inline constexpr std::string_view kNoWebSocket =
    "WebSocket is not supported at this path. Send a POST request; with \"stream\": true it is "
    "answered by server-sent events.";

/// True if the request is the handshake of a WebSocket.
/// Source: RFC 6455 §4.1.
[[nodiscard]] bool asks_for_websocket(const http::Request& request);

/// Turns the answer into one with status 426, at which some clients, as Codex, fall back to HTTP;
/// they retry at any other.
/// Source: RFC 9110 §15.5.22; the field Upgrade names what is spoken instead.
[[nodiscard]] http::Reply as_upgrade_required(http::Reply reply);

/// True for the path of an API that is a WebSocket only.
[[nodiscard]] bool is_websocket_path(std::string_view path);

}  // namespace weir::api
