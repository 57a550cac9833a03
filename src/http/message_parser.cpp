#include "http/message_parser.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/enumerators.hpp"
#include "http/detail/bytes.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/framing.hpp"
#include "http/detail/target.hpp"

namespace weir::http {
namespace {

constexpr std::size_t kMaxMethodLength = 32;
constexpr std::string_view kLineEnd = "\r\n";

Method to_method(std::string_view text) {
  for (const Method method : kEnumerators<Method>) {
    if (wire_name(method) == text) return method;
  }
  return Method::other;
}

std::unexpected<Error> malformed(const char* why) { return fail(Errc::malformed_request, why); }

bool is_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return detail::is_in(detail::kToken, c); });
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view version;
};

// RFC 9112 §3: three parts, one space between them.
std::optional<RequestLine> split_request_line(std::string_view line) {
  const auto first = line.find(' ');
  if (first == line.npos || first == 0) return std::nullopt;
  const auto second = line.find(' ', first + 1);
  if (second == line.npos) return std::nullopt;
  const RequestLine parts{line.substr(0, first), line.substr(first + 1, second - first - 1),
                          line.substr(second + 1)};
  const bool is_visible =
      std::ranges::all_of(parts.target, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_token(parts.method) || !is_visible || parts.target.empty()) return std::nullopt;
  return parts;
}

// RFC 9112 §3: 501 if the method is longer than any known one, else 414.
std::unexpected<Error> why_line_is_too_long(std::string_view line) {
  const auto method = line.substr(0, line.find(' '));
  if (method.size() <= kMaxMethodLength) return fail(Errc::uri_too_long);
  return is_token(method) ? fail(Errc::not_implemented, "method") : malformed("request line");
}

// RFC 9110 §2.5: a higher minor version is treated as the highest known one.
Result<int> minor_version(std::string_view version) {
  if (version == "HTTP/1.1") return 1;
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           detail::is_digit(version[5]) && version[6] == '.' &&
                           detail::is_digit(version[7]);
  if (!well_formed) return malformed("version");
  if (version[5] != '1') return fail(Errc::version_not_supported);
  return version[7] == '0' ? 0 : 1;
}

// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 may leave it out.
Result<> check_host(const Request& request) {
  const int hosts = request.count(FieldName::host);
  if (hosts > 1) return malformed("more than one Host");
  if (hosts == 0) return request.minor_version == 0 ? Result<>{} : malformed("missing Host");
  const auto host = request.header(FieldName::host);
  return detail::is_valid_host(host) ? Result<>{} : malformed("Host is not valid");
}

// RFC 9112 §3.2. CONNECT is not supported (RFC 9110 §9.3.6). Bytes behind it may be no request, so
// its connection ends.
Result<> read_target(Request& request, std::string_view method) {
  if (method == "CONNECT") {
    return detail::is_authority_form(request.target) ? fail(Errc::method_not_allowed, "CONNECT")
                                                     : malformed("request target");
  }
  const auto host = request.header(FieldName::host);
  if (request.target == "*" && request.method == Method::options) {
    request.authority = host;
    request.path = request.target;
    return {};
  }
  const auto target = detail::split_target(request.target, host);
  if (!target) return malformed("request target");
  request.authority = target->authority;
  request.path = target->path;
  request.query = target->query;
  return {};
}

// RFC 9110 §10.1.1.
Result<> check_expect(Request& request) {
  const int expectations = request.count(FieldName::expect);
  if (expectations == 0) return {};
  const auto expect = request.header(FieldName::expect);
  if (expectations > 1 || !equals_ignoring_case(expect, "100-continue")) {
    return fail(Errc::expectation_failed);
  }
  request.expects_continue = request.minor_version == 1 && request.has_body;
  return {};
}

// Fields that frame a message, name its target or its client, or hold credentials. A server that
// reads an underscore as a hyphen would take X_Api_Key for one of them.
constexpr std::string_view kGuarded[] = {
    "api-key",        "content-encoding",  "content-length",      "content-type",
    "keep-alive",     "max-forwards",      "proxy-authorization", "proxy-connection",
    "set-cookie",     "transfer-encoding", "x-api-key",           "x-auth-token",
    "x-forwarded-",  // and all that begin with it
    "x-goog-api-key", "x-original-url",    "x-real-ip",           "x-rewrite-url",
};

bool is_guarded(std::string_view name) {
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), [](char c) { return c == '_' ? '-' : lower(c); });
  return std::ranges::any_of(kGuarded, [&](std::string_view guarded) {
    return guarded.ends_with('-') ? folded.starts_with(guarded) : folded == guarded;
  });
}

void read_connection(Request& request) {
  detail::ConnectionOptions options;
  if (request.count(FieldName::connection) > 0) {
    for (const Field& field : request.fields) {
      if (equals_ignoring_case(field.name, "connection")) options.add(field.value);
    }
  }
  request.keep_alive = options.persists(request.minor_version);
}

}  // namespace

MessageParser::MessageParser(HeadLimits limits)
    : limits_(limits),
      scan_({.line = limits.request_line_bytes + kLineEnd.size(), .fields = limits.header_bytes}),
      chunks_(limits.chunk_overhead_bytes) {}

Result<std::size_t> MessageParser::find_head(std::string_view bytes) {
  using enum detail::HeadScan::Found;
  switch (scan_.find(bytes)) {
    case more:
      return 0;
    case whole:
      return scan_.size();
    case malformed:
      return http::malformed("a line does not end with CRLF, or is folded");
    case line_too_long:
      if (bytes.starts_with(kLineEnd)) bytes.remove_prefix(kLineEnd.size());
      return why_line_is_too_long(bytes.substr(0, limits_.request_line_bytes));
    case fields_too_large:
      return fail(Errc::header_too_large);
  }
  __builtin_unreachable();
}

// Checks syntax before meaning: bytes that are not HTTP are reported as malformed whatever they ask
// for, as find_head does before the head is complete.
Result<> MessageParser::parse_head(std::string_view head) {
  if (head.starts_with(kLineEnd)) head.remove_prefix(kLineEnd.size());
  const auto line_end = head.find('\r');
  const auto parts = split_request_line(head.substr(0, line_end));
  if (!parts) return malformed("request line");
  const auto minor = minor_version(parts->version);
  if (!minor && minor.error().code == Errc::malformed_request) {
    return std::unexpected(minor.error());
  }
  request_.method = to_method(parts->method);
  request_.target = parts->target;
  request_.minor_version = minor.value_or(1);
  if (auto ok = read_fields(head.substr(line_end + kLineEnd.size())); !ok) return ok;
  if (!minor) return std::unexpected(minor.error());
  if (auto ok = check_host(request_); !ok) return ok;
  if (auto ok = read_framing(); !ok) return ok;
  if (parts->method.size() > kMaxMethodLength) return fail(Errc::not_implemented, "method");
  if (auto ok = read_target(request_, parts->method); !ok) return ok;
  if (auto ok = check_expect(request_); !ok) return ok;
  read_connection(request_);
  return {};
}

Result<> MessageParser::read_fields(std::string_view lines) {
  bool too_many = false;
  while (lines != kLineEnd) {
    const auto line = detail::take_field_line(lines, detail::kFieldName);
    if (!line) {
      // A name with an underscore: the field is ignored, and never forwarded.
      const auto ignored = detail::take_field_line(lines, detail::kToken);
      if (!ignored || is_guarded(ignored->name)) return malformed("header line");
      continue;
    }
    too_many = request_.fields.size() == limits_.fields;
    if (too_many) continue;
    const auto name = line->known;
    request_.add({line->name, line->value}, name);
    if (name == FieldName::content_length || name == FieldName::transfer_encoding) {
      framing_is_plain_ = framing_is_plain_ && line->plain;
    }
  }
  return too_many ? fail(Errc::header_too_large) : Result<>{};
}

// RFC 9112 §6: a message framed in two ways, or in an unknown way, is how requests are smuggled. So
// is one whose framing has an unusual spelling.
Result<> MessageParser::read_framing() {
  const int codings = request_.count(FieldName::transfer_encoding);
  const int lengths = request_.count(FieldName::content_length);
  if (codings == 0 && lengths == 0) return {};
  if (codings + lengths > 1) return malformed("framed in more than one way");
  if (!framing_is_plain_) return malformed("whitespace around a field that frames the message");
  if (lengths == 1) {
    request_.content_length =
        detail::parse_content_length(request_.header(FieldName::content_length));
    if (!request_.content_length) return malformed("Content-Length is not a number");
    body_left_ = *request_.content_length;
    request_.has_body = body_left_ > 0;
    return {};
  }
  if (request_.minor_version == 0) return malformed("Transfer-Encoding in HTTP/1.0");
  switch (detail::read_codings(request_.header(FieldName::transfer_encoding))) {
    case detail::Codings::chunked:
      request_.has_body = true;
      return {};
    case detail::Codings::unknown:
      return fail(Errc::not_implemented, "transfer coding");
    case detail::Codings::malformed:
      return malformed("chunked is not the last coding");
  }
  __builtin_unreachable();
}

Result<std::size_t> MessageParser::feed_body(std::string_view bytes, std::string& payload) {
  if (request_.content_length) {
    const auto part = bytes.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size())));
    payload += part;
    body_left_ -= part.size();
    return part.size();
  }
  auto rest = bytes;
  while (!done() && !rest.empty()) {
    const auto run = chunks_.next(rest);
    if (!run) return malformed(chunks_.problem());
    payload += *run;
  }
  return bytes.size() - rest.size();
}

bool MessageParser::done() const {
  return request_.content_length ? body_left_ == 0 : !request_.has_body || chunks_.done();
}

void MessageParser::reset() {
  scan_.reset();
  chunks_.reset();
  body_left_ = 0;
  framing_is_plain_ = true;
  auto fields = std::move(request_.fields);
  fields.clear();
  request_ = Request{};
  request_.fields = std::move(fields);
}

}  // namespace weir::http
