/// Requests for a WebSocket where there is none, and others where there is only that.
#pragma once

#include <string_view>

#include "http/reply.hpp"

namespace weir::api {

/// The message for a client that asks for one.
inline constexpr std::string_view kNoWebSocket =
    "WebSocket is not supported at this path. Send a POST request; with \"stream\": true it is "
    "answered by server-sent events.";

/// Turns the answer into one with status 426, at which some clients, as Codex, fall back to HTTP;
/// they retry at any other.
/// Source: RFC 9110 §15.5.22; the field Upgrade names what is spoken instead.
[[nodiscard]] http::Reply as_upgrade_required(http::Reply reply);

/// The same for a request that is none, at a path where only a WebSocket is served.
/// `problem`: the message.
[[nodiscard]] http::Reply as_websocket_required(http::Reply reply);

inline constexpr std::string_view kOnlyWebSocket =
    "This path is a WebSocket (wss://). Send a WebSocket handshake.";

}  // namespace weir::api
