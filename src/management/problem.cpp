#include "management/problem.hpp"

#include "codec/json_text.hpp"
#include "telemetry/log.hpp"

namespace weir::management {
namespace {

constexpr EnumTable<Reason, ReasonRow> kReasons({
    {Reason::invalid_parameter, {"invalid_parameter", 400, "A parameter or member is not valid."}},
    {Reason::invalid_json, {"invalid_json", 400, "The body must be a JSON object."}},
    {Reason::malformed_request, {"malformed_request", 400, "The request is malformed."}},
    {Reason::unauthorized,
     {"unauthorized", 401, "Log in, or send server.admin_key or server.viewer_key as a bearer."}},
    {Reason::forbidden, {"forbidden", 403, "This needs the role admin."}},
    {Reason::cross_site,
     {"cross_site", 403,
      "A change by cookie must come from this server's own pages (Sec-Fetch-Site: same-origin)."}},
    {Reason::tls_required,
     {"tls_required", 403,
      "Without TLS only this host may log in; set server.admin_tls, or use a bearer."}},
    {Reason::not_found, {"not_found", 404, "There is no such resource."}},
    {Reason::method_not_allowed,
     {"method_not_allowed", 405, "This resource does not have the method."}},
    {Reason::request_timeout, {"request_timeout", 408, "The request did not arrive in time."}},
    {Reason::already_exists, {"already_exists", 409, "Another key has this name."}},
    {Reason::revoked, {"revoked", 409, "The key has been revoked."}},
    {Reason::in_progress,
     {"in_progress", 409, "The first request with this Idempotency-Key is in progress."}},
    {Reason::config_key,
     {"config_key", 409, "The key is in the config file; change it there, then reload."}},
    {Reason::precondition_failed,
     {"precondition_failed", 412, "The key has changed since it was read; read it again."}},
    {Reason::body_too_large, {"body_too_large", 413, "The body is larger than 1 MiB."}},
    {Reason::unsupported_media_type,
     {"unsupported_media_type", 415, "Send a JSON object, with Content-Type: application/json."}},
    {Reason::misdirected_request,
     {"misdirected_request", 421, "Use an IP address, localhost or a name in server.admin_hosts."}},
    {Reason::idempotency_mismatch,
     {"idempotency_mismatch", 422,
      "This Idempotency-Key was used with another request; choose a new one."}},
    {Reason::precondition_required,
     {"precondition_required", 428, "Send the key's ETag as If-Match."}},
    {Reason::too_many_failures,
     {"too_many_failures", 429, "Too many failed logins from this address; wait a minute."}},
    {Reason::internal, {"internal", 500, "An internal error occurred; the log has more."}},
    {Reason::store_failed,
     {"store_failed", 503, "The store cannot be read or written; the log says why."}},
    {Reason::too_many_streams,
     {"too_many_streams", 503, "Too many streams of events are open; close one."}},
    {Reason::overloaded, {"overloaded", 503, "The server is full; try again."}},
});

// The phrase of a status line; one that HTTP itself does not use has none there (RFC 6585 §3).
std::string title_of(int status) {
  constexpr int kPreconditionRequired = 428;
  if (status == kPreconditionRequired) return "Precondition Required";
  std::string line;
  http::append_status_line(line, status);
  constexpr std::size_t kBefore = std::string_view("HTTP/1.1 400 ").size();
  return line.substr(kBefore, line.size() - kBefore - std::string_view("\r\n").size());
}

}  // namespace

const ReasonRow& describe(Reason reason) { return kReasons[reason]; }

Problem problem_of(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return {Reason::not_found};
    case Errc::already_exists:
      return {.reason = Reason::already_exists, .field = "name"};
    case Errc::invalid_parameter:
      return {.reason = Reason::invalid_parameter, .detail = error.detail};
    case Errc::store_failed:
      telemetry::log_error("a request of the admin API failed", {{"detail", error.text()}});
      return {Reason::store_failed};
    default:
      return problem_of(error.code);
  }
}

Problem problem_of(Errc code) {
  switch (code) {
    case Errc::payload_too_large:
      return {Reason::body_too_large};
    case Errc::request_timeout:
      return {Reason::request_timeout};
    case Errc::method_not_allowed:
      return {Reason::method_not_allowed};
    case Errc::overloaded:
    case Errc::stopping:
      return {Reason::overloaded};
    default:
      break;
  }
  const auto status = weir::describe(code).status;
  return {status >= 500 ? Reason::internal : Reason::malformed_request};
}

http::Reply problem_reply(const Problem& problem) {
  const auto& row = describe(problem.reason);
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("type").value("about:blank").key("title").value(title_of(row.status));
  json.key("status").value(row.status).key("reason").value(row.slug);
  json.key("detail").value(problem.detail.empty() ? row.detail : problem.detail).key("field");
  if (problem.field.empty()) {
    json.null();
  } else {
    json.value(problem.field);
  }
  json.end_object();
  auto reply = http::Reply::with_body(row.status, std::move(text));
  reply.fixed_fields = "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n";
  reply.fields = problem.fields;
  return reply;
}

}  // namespace weir::management
