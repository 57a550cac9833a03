/// A call as an upstream gets it: the client's body with the upstream's names, under a head of
/// Weir's own. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "catalogue/endpoint.hpp"
#include "gateway/call_request.hpp"
#include "gateway/session_request.hpp"
#include "gateway/stored_call.hpp"
#include "http/request.hpp"

namespace weir::gateway {

/// Whether a request of that Content-Type has a JSON body; otherwise it is a form.
[[nodiscard]] bool has_json_body(catalogue::Endpoint endpoint, std::string_view content_type);

/// A request, and where it goes.
struct OutboundPlan {
  catalogue::Endpoint endpoint;
  const CallRequest& request;
  std::string_view body;   ///< all of it, or its start
  bool is_final = false;   ///< the body is not the client's, and goes as it is
  std::string_view model;  ///< the upstream's id of the model
  /// The upstream's id of the video or the response that the call is about; null: there is none.
  const std::string* request_id = nullptr;
  const StoredCall* stored = nullptr;  ///< null: the path names nothing
  bool asks_usage = false;             ///< whether a stream is asked for its usage
  /// The length of the body as the client sends it; none: unknown, and it is sent in chunks.
  std::optional<std::uint64_t> length = {};
};

/// Reused from one attempt to the next.
struct Outbound {
  std::vector<Edit> edits;   ///< of the body, in order
  Secret begin;              ///< the destination's head, where the path names something
  std::string head;          ///< to its end; with the head of the first chunk, if there are chunks
  bool renamed = false;      ///< the upstream knows the model by another name
  bool hides_usage = false;  ///< the client did not ask for the usage that will be reported
};

/// The handshake of a realtime session. `destination`: its head. `session.nonce` is set.
void compose_handshake(Outbound& outbound, std::string_view destination,
                       const SessionRequest& session, std::string_view model,
                       const http::Request& client, std::string_view trace_id,
                       std::string_view caller);

void compose(Outbound& outbound, const OutboundPlan& plan, const http::Request& client,
             std::string_view trace_id, std::string_view caller);

}  // namespace weir::gateway
