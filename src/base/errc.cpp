#include "base/errc.hpp"

#include "base/enum_table.hpp"
#include "base/result.hpp"

namespace weir {
namespace {

using enum Party;

// The row of an upstream's failure: where the contract speaks, the imitated API's 503.
consteval ErrorRow unavailable(std::string_view slug, Party party, std::string_view plain,
                               std::string_view use) {
  return {slug, 503,  "Model service overloaded. Please try again later.", party, Retry::later,
          use,  plain};
}

// The row of an upstream's time-out: the imitated API's 504.
consteval ErrorRow timed_out(std::string_view slug, std::string_view plain, std::string_view use) {
  return {slug, 504, "Gateway Timeout", upstream, Retry::later, use, plain};
}

// A request that cannot be right whenever it is sent.
consteval ErrorRow rejected(std::string_view slug, int status, std::string_view message,
                            std::string_view use) {
  return {slug, status, message, client, Retry::never, use};
}

// A switch with no default under -Werror=switch: a code without a row does not compile.
consteval ErrorRow row(Errc code) {
  switch (code) {
    case Errc::invalid_parameter:
      return {"invalid_parameter",
              400,
              "The parameter is invalid.",
              client,
              Retry::never,
              "A query parameter or field has a value that is not allowed. Correct the value."};
    case Errc::malformed_request:
      return {"malformed_request",
              400,
              "The request is not well-formed HTTP.",
              client,
              Retry::never,
              "The bytes are not an HTTP/1.1 request that this server accepts. The connection is "
              "closed."};
    case Errc::tls_required:
      return {
          "tls_required",
          400,
          "This port requires HTTPS. Send the request to https:// instead.",
          client,
          Retry::never,
          "A plain HTTP request was sent to a listener with server.tls. The connection is closed."};
    case Errc::wrong_endpoint:
      return {"wrong_endpoint",
              400,
              "The model cannot be called at this path.",
              client,
              Retry::never,
              "The model has another sub type, or its upstreams do not support this path. The "
              "message names the path to use."};
    case Errc::model_not_found:
      return {"model_not_found",
              404,
              "Model does not exist. Please check it carefully.",
              client,
              Retry::never,
              "The model does not exist, or the key may not call it. List the models that the key "
              "may call."};
    case Errc::invalid_token:
      return {"invalid_token", 401,
              "Invalid token", client,
              Retry::never,    "The key is missing, unknown, expired or revoked. Use a valid key."};
    case Errc::forbidden:
      return {
          "forbidden",  403,
          "Forbidden",  client,
          Retry::never, "The key is disabled, or not allowed from this network. Ask the operator."};
    case Errc::route_not_found:
      return {
          "route_not_found",
          404,
          "404 page not found",
          client,
          Retry::never,
          "The path does not exist. The base URL ends in /v1; GET /openapi.yaml lists the paths."};
    case Errc::method_not_allowed:
      return {"method_not_allowed",
              405,
              "The method is not allowed for this path.",
              client,
              Retry::never,
              "The path does not support this method. The Allow header lists the methods that it "
              "supports."};
    case Errc::retired:
      return rejected("retired", 410, "This endpoint is deprecated and is no longer available.",
                      "The imitated API has withdrawn this path. Do not call it.");
    case Errc::request_timeout:
      return {"request_timeout",
              408,
              "The request did not arrive in time.",
              client,
              Retry::now,
              "The request head or body arrived too slowly. The connection is closed."};
    case Errc::payload_too_large:
      return rejected("payload_too_large", 413, "The request body is too large.",
                      "The body is longer than this path accepts. Send less.");
    case Errc::uri_too_long:
      return rejected(
          "uri_too_long", 414, "The request target is too long.",
          "The request line is longer than server.max_request_line_bytes. Shorten the target.");
    case Errc::unsupported_coding:
      return rejected("unsupported_coding", 415,
                      "The Content-Encoding of the request is not supported.",
                      "Encode the body with one of gzip, deflate, br and zstd, or not at all.");
    case Errc::expectation_failed:
      return rejected("expectation_failed", 417, "The expectation cannot be met.",
                      "The Expect header has a value other than 100-continue. Remove it.");
    case Errc::misdirected_request:
      return rejected("misdirected_request", 421,
                      "The admin address does not accept this host name. Use its IP address, or "
                      "add the name to server.admin_hosts.",
                      "The Host of a request to server.admin_listen is a name that is not listed; "
                      "this prevents DNS rebinding. Use an IP address or localhost, or add the "
                      "name to server.admin_hosts.");
    case Errc::rate_limited:
      return {"rate_limited",
              429,
              "Request was rejected due to rate limiting. Details:RPM limit reached.",
              client,
              Retry::later,
              "A limit of the key is reached. Retry after the seconds in Retry-After."};
    case Errc::header_too_large:
      return {"header_too_large",
              431,
              "The request header fields are too large.",
              client,
              Retry::never,
              "The header fields exceed their limit in size or number. Send less."};
    case Errc::internal:
      return {"internal",
              500,
              "Request failed: Unknown error.",
              self,
              Retry::later,
              "An internal error. The log line with the trace id has the details.",
              "Internal error. The operator finds the cause by the request id."};
    case Errc::not_implemented:
      return {"not_implemented",
              501,
              "The transfer coding or method is not implemented.",
              client,
              Retry::never,
              "The method or transfer coding is unknown. The connection is closed."};
    case Errc::overloaded:
      return {"overloaded",
              503,
              "Model service overloaded. Please try again later.",
              self,
              Retry::later,
              "There are too many connections or requests in progress, or no descriptors, ports or "
              "memory for more. Retry after the seconds in Retry-After.",
              "The server has no room for this request now."};
    case Errc::stopping:
      return {"stopping",
              503,
              "Model service overloaded. Please try again later.",
              operator_,
              Retry::now,
              "The server is stopping, and the answer was not complete within "
              "server.drain_timeout. Retry; another server, or the restarted one, answers.",
              "The server is stopping. Another one, or the restarted one, answers."};
    case Errc::version_not_supported:
      return {"version_not_supported",
              505,
              "The HTTP version is not supported.",
              client,
              Retry::never,
              "The version is neither HTTP/1.0 nor HTTP/1.1. The connection is closed."};
    case Errc::upstream_rate_limited:
      return {"upstream_rate_limited",
              429,
              "Request was rejected due to rate limiting. Details:upstream limit reached.",
              upstream,
              Retry::later,
              "Every upstream of the model answered 429. Retry after the seconds in Retry-After.",
              "Every upstream of this model has reached a rate limit of its own."};
    case Errc::upstream_busy:
      return unavailable(
          "upstream_busy", upstream,
          "Every upstream of this model is busy, and no place became free in time.",
          "Every upstream of the model has max_in_flight calls, and its queue is full or "
          "calls.queue_timeout passed. Retry after the seconds in Retry-After.");
    case Errc::upstream_unavailable:
      return unavailable("upstream_unavailable", upstream,
                         "No upstream of this model is available now.",
                         "Every upstream of the model has failed and is not called for some time. "
                         "Retry after the seconds in Retry-After.");
    case Errc::upstream_connect_timeout:
      return timed_out(
          "upstream_connect_timeout",
          "The upstream of this model did not accept a connection in time.",
          "The connection to the upstream was not established within calls.connect_timeout.");
    case Errc::upstream_first_byte_timeout:
      return timed_out("upstream_first_byte_timeout",
                       "The upstream of this model did not begin its answer in time.",
                       "The upstream did not begin its answer in time (calls.first_byte_timeout, "
                       "calls.first_event_timeout).");
    case Errc::upstream_idle_timeout:
      return timed_out(
          "upstream_idle_timeout", "The upstream of this model sent nothing for too long.",
          "The upstream sent nothing within its answer for calls.idle_timeout, or neither "
          "side of a realtime session for calls.realtime_idle_timeout.");
    case Errc::upstream_total_timeout:
      return timed_out("upstream_total_timeout", "The call took longer than a call may take.",
                       "The call took longer than calls.total_timeout, or a realtime session than "
                       "calls.realtime_max_duration.");
    case Errc::config_invalid:
      return {"config_invalid",
              500,
              "Request failed: Unknown error.",
              operator_,
              Retry::never,
              "A setting is not valid. The message has file, line, setting, value and what was "
              "expected."};
    case Errc::store_failed:
      return {"store_failed",
              500,
              "Request failed: Unknown error.",
              store,
              Retry::later,
              "The store cannot be read or written. Check the disk and the permissions.",
              "Internal error. The operator finds the cause by the request id."};
    case Errc::not_found:
      return {
          "not_found",
          404,
          "404 page not found",
          client,
          Retry::never,
          "A name given on the command line, or the id of a response in a path, does not exist. "
          "List the existing names; use the id of a response that its upstream keeps."};
    case Errc::already_exists:
      return {"already_exists",
              400,
              "It already exists.",
              operator_,
              Retry::never,
              "A name is already used. Choose another, or remove the existing one."};
    case Errc::cancelled:
      return {"cancelled",
              503,
              "Model service overloaded. Please try again later.",
              self,
              Retry::never,
              "The result is no longer needed: the client disconnected or the server is stopping."};
    case Errc::deadline_exceeded:
      return {"deadline_exceeded",
              504,
              "Gateway Timeout",
              upstream,
              Retry::later,
              "A deadline passed.",
              "The upstream of this model did not answer in time."};
    case Errc::connection_lost:
      return {"connection_lost",
              504,
              "Gateway Timeout",
              upstream,
              Retry::later,
              "A connection was lost before the answer was complete.",
              "The connection to the upstream of this model was lost."};
    case Errc::client_left:
      return {"client_left",
              kClientClosedRequest,
              "",
              client,
              Retry::never,
              "The client closed its connection before the answer was complete."};
    case Errc::client_stalled:
      return {"client_stalled",
              kClientClosedRequest,
              "",
              client,
              Retry::never,
              "The client read nothing of its answer for server.write_stall_timeout."};
    case Errc::upstream_broke:
      return unavailable(
          "upstream_broke", upstream,
          "The upstream of this model closed the connection before its answer was complete.",
          "The upstream closed the connection before its answer was complete.");
    case Errc::upstream_unreachable:
      return unavailable(
          "upstream_unreachable", upstream, "The upstream of this model is unreachable.",
          "The upstream cannot be reached. Check its address and whether it is running.");
    case Errc::upstream_tls_failed:
      return unavailable("upstream_tls_failed", upstream,
                         "No secure connection to the upstream of this model could be made.",
                         "The TLS handshake failed. Check the upstream's certificate and name.");
    case Errc::upstream_refused:
      return unavailable("upstream_refused", upstream,
                         "The upstream of this model answered with an error.",
                         "The upstream answered with an error status.");
    case Errc::upstream_rejected_key:
      return unavailable(
          "upstream_rejected_key", operator_,
          "The upstream of this model refuses this server's own account. Tell the operator.",
          "The upstream answered 401, 402 or 403, or said that Weir's account there is at fault. "
          "Check the upstream's api_key setting and its account; weir upstreams shows the cause.");
    case Errc::upstream_answer_invalid:
      return unavailable("upstream_answer_invalid", upstream,
                         "The answer of the upstream of this model was not understood.",
                         "The upstream's answer is not HTTP, or not what its kind returns (HTML, "
                         "for example). Check kind and url.");
    case Errc::upstream_answer_too_large:
      return unavailable("upstream_answer_too_large", upstream,
                         "The answer of the upstream of this model is too large.",
                         "The upstream's answer, or one of its events, exceeds its size limit.");
    case Errc::upstream_list_empty:
      return unavailable(
          "upstream_list_empty", upstream, "No upstream of this model is available now.",
          "The upstream listed no models. Its last good list stays for discovery.grace.");
  }
  __builtin_unreachable();
}

constexpr EnumTable<Errc, ErrorRow> kRows(row);

}  // namespace

const ErrorRow& describe(Errc code) { return kRows[code]; }

std::span<const Errc> all_errors() { return kEnumerators<Errc>; }

std::string_view name(Party party) {
  switch (party) {
    case Party::client:
      return "client";
    case Party::upstream:
      return "upstream";
    case Party::store:
      return "store";
    case Party::operator_:
      return "operator";
    case Party::self:
      return "self";
  }
  __builtin_unreachable();
}

std::string_view name(Retry retry) {
  switch (retry) {
    case Retry::never:
      return "never";
    case Retry::later:
      return "later";
    case Retry::now:
      return "now";
  }
  __builtin_unreachable();
}

std::string Error::text() const {
  std::string text{describe(code).slug};
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

}  // namespace weir
