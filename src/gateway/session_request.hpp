/// The handshake of a realtime session, as its client sends it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "http/request.hpp"

namespace weir::gateway {

struct SessionRequest {
  catalogue::Endpoint endpoint = catalogue::Endpoint::realtime;
  std::string key;          ///< Sec-WebSocket-Key
  std::string subprotocol;  ///< the one that is accepted; empty: none
  std::string query;        ///< parameters that are forwarded, the model aside
  std::string model;        ///< empty: the first event names it
  std::string nonce = {};   ///< the key of the handshake with an upstream
};

/// The subprotocol that a browser sends the key in, which it cannot send in a field.
/// Source: platform.openai.com, guides: realtime over WebSocket, read 2026-11.
inline constexpr std::string_view kKeySubprotocol = "openai-insecure-api-key.";

/// The detail of an error is for the client. Errors: invalid_parameter.
[[nodiscard]] Result<SessionRequest> read_session_request(const http::Request& request,
                                                          catalogue::Endpoint endpoint);

/// The request line and the fields of an upstream's prepared `head`, as a handshake for `model`,
/// which events alone name if the path has other calls as well.
[[nodiscard]] std::string session_address(std::string_view head, const SessionRequest& session,
                                          std::string_view model);

}  // namespace weir::gateway
