/// The opening handshake of a WebSocket, both sides of it, without I/O.
///
/// No extension is ever offered or accepted: messages must be read as they pass.
///
/// Source: RFC 6455 §4, §11.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response_parser.hpp"

namespace weir::http {

/// True if the request asks for a WebSocket, rightly or not.
[[nodiscard]] bool asks_for_websocket(const Request& request);

/// Why the request is no valid handshake, for its client; empty: it is one.
[[nodiscard]] std::string_view handshake_problem(const Request& request);

/// The client's Sec-WebSocket-Key. REQUIRES: a valid handshake.
[[nodiscard]] std::string_view websocket_key(const Request& request);

/// The first subprotocol that begins with `prefix`; empty: none is offered.
[[nodiscard]] std::string_view find_subprotocol(const Request& request, std::string_view prefix);
[[nodiscard]] bool offers_subprotocol(const Request& request, std::string_view name);

/// The answer to `key`, in Sec-WebSocket-Accept.
[[nodiscard]] std::string accept_of(std::string_view key);

/// The fields of a client's request: complete lines. `subprotocol`: the only one that is offered;
/// may be empty.
[[nodiscard]] std::string request_fields(std::string_view key, std::string_view subprotocol);

/// The fields of a server's answer 101 but Connection: complete lines.
[[nodiscard]] std::string accept_fields(std::string_view key, std::string_view subprotocol);

/// Why a server's answer 101 does not complete the handshake that was sent with request_fields();
/// null: it does.
[[nodiscard]] const char* accept_problem(const ResponseHead& head, std::string_view key,
                                         std::string_view subprotocol);

}  // namespace weir::http
