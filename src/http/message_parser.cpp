#include "http/message_parser.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace weir::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kMaxMethodLength = 32;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kHostPunctuation = ".-_~[]:%!$&'()*+,;=";

Method to_method(std::string_view text) {
  for (auto method : {Method::get, Method::head, Method::post, Method::put, Method::patch,
                      Method::delete_, Method::options}) {
    if (wire_name(method) == text) return method;
  }
  return Method::other;
}

std::unexpected<Error> malformed(const char* why) { return fail(Errc::malformed_request, why); }

// Beast takes nothing but HTTP/1.x; this tells another version of HTTP from noise.
bool names_other_version(std::string_view line) {
  const auto version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
         version[5] >= '0' && version[5] <= '9' && version[7] >= '0' && version[7] <= '9';
}

bool is_target_char(char c) { return c > ' ' && c < 0x7f && c != '#'; }

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// uri-host [":" port]; strict enough that nothing can hide in it.
bool is_valid_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kHostPunctuation.find(c) != std::string_view::npos;
  });
}

// RFC 9112 §3.2: origin-form, absolute-form, and asterisk-form for OPTIONS.
Result<> split_target(Request& request, std::string_view host) {
  std::string_view target = request.target;
  if (!std::all_of(target.begin(), target.end(), is_target_char)) {
    return malformed("request target");
  }
  if (target == "*" && request.method == Method::options) {
    request.path = target;
    return {};
  }
  if (target.empty()) return malformed("request target");
  if (target.front() != '/') {
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return malformed("request target");
    const auto scheme = target.substr(0, scheme_end);
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
      return malformed("request target");
    }
    target.remove_prefix(scheme_end + 3);
    const auto authority_end = std::min(target.find_first_of("/?"), target.size());
    if (target.substr(0, authority_end) != host) return malformed("target and Host differ");
    target.remove_prefix(authority_end);
    if (target.empty() || target.front() == '?') {
      request.path = "/";
      request.query = target.empty() ? target : target.substr(1);
      return {};
    }
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return {};
}

// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 may leave it out.
Result<> check_host(const Request& request) {
  const int hosts = request.count(FieldName::host);
  if (hosts > 1) return malformed("more than one Host");
  if (hosts == 0) return request.minor_version == 0 ? Result<>{} : malformed("no Host");
  if (!is_valid_host(request.header(FieldName::host))) return malformed("Host is not valid");
  return {};
}

// RFC 9112 §6: a message framed in two ways, or in one we cannot read, is how requests are
// smuggled.
Result<> check_framing(Request& request) {
  const int codings = request.count(FieldName::transfer_encoding);
  const int lengths = request.count(FieldName::content_length);
  if (codings > 0) {
    if (lengths > 0) return malformed("Content-Length beside Transfer-Encoding");
    if (request.minor_version == 0) return malformed("Transfer-Encoding in HTTP/1.0");
    if (codings > 1) return malformed("more than one Transfer-Encoding");
    const auto coding = request.header(FieldName::transfer_encoding);
    if (!equals_ignoring_case(coding, "chunked")) {
      // "gzip, chunked" is a coding we do not have; "chunked, gzip" is not a framing at all.
      const auto last = coding.substr(coding.rfind(',') + 1);
      const auto trimmed = last.substr(std::min(last.find_first_not_of(" \t"), last.size()));
      const bool chunked_earlier = coding.find("chunked") < coding.size() - trimmed.size();
      if (!equals_ignoring_case(trimmed, "chunked") || chunked_earlier) {
        return chunked_earlier || coding.empty() ? malformed("chunked is not the last coding")
                                                 : fail(Errc::not_implemented, "transfer coding");
      }
      return fail(Errc::not_implemented, "transfer coding");
    }
    request.has_body = true;
  }
  if (lengths > 1) return malformed("more than one Content-Length");
  if (lengths == 1) {
    const auto length = request.header(FieldName::content_length);
    if (!all_digits(length)) return malformed("Content-Length is not a number");
    std::uint64_t value = 0;
    std::from_chars(length.data(), length.data() + length.size(), value);
    request.content_length = value;
    request.has_body = value > 0;
  }
  return {};
}

Result<> check_expect(Request& request) {
  const auto expect = request.header(FieldName::expect);
  if (expect.empty()) return {};
  if (!equals_ignoring_case(expect, "100-continue")) return fail(Errc::expectation_failed);
  request.expects_continue = request.minor_version == 1 && request.has_body;
  return {};
}

void read_connection(Request& request) {
  request.keep_alive = request.minor_version == 1;
  if (request.count(FieldName::connection) == 0) return;
  for (const Field& field : request.fields) {
    if (!equals_ignoring_case(field.name, "connection")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      auto option = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      option.remove_prefix(std::min(option.find_first_not_of(" \t"), option.size()));
      option = option.substr(0, option.find_last_not_of(" \t") + 1);
      if (equals_ignoring_case(option, "close")) {
        request.keep_alive = false;
        return;
      }
      if (equals_ignoring_case(option, "keep-alive")) request.keep_alive = true;
    }
  }
}

}  // namespace

/// Collects what Beast finds. Views stay valid because a folded value, the one thing Beast copies,
/// has been refused before.
class MessageParser::Beast : public beast::http::basic_parser<true> {
 public:
  explicit Beast(Request& request) : request_(request) {}

  bool method_too_long = false;
  std::string* payload = nullptr;  ///< where body bytes go while some are put

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  static std::string_view view(string_view text) { return {text.data(), text.size()}; }

  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    method_too_long = method.size() > kMaxMethodLength;
    request_.method = to_method(view(method));
    request_.target = view(target);
    request_.minor_version = version % 10;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field known, string_view name, string_view value,
                     error_code&) override {
    // Trailers come here too: after all checks, from bytes that do not stay, and not to be trusted
    // with a header's meaning (RFC 9110 §6.5.1). They are dropped.
    if (in_head_) request_.add({view(name), view(value)}, name_of(known, view(name)));
  }
  void on_header_impl(error_code&) override { in_head_ = false; }

  // Beast has looked most of them up already.
  static std::optional<FieldName> name_of(beast::http::field known, std::string_view text) {
    using beast::http::field;
    switch (known) {
      case field::accept:
        return FieldName::accept;
      case field::accept_encoding:
        return FieldName::accept_encoding;
      case field::authorization:
        return FieldName::authorization;
      case field::connection:
        return FieldName::connection;
      case field::content_length:
        return FieldName::content_length;
      case field::content_type:
        return FieldName::content_type;
      case field::expect:
        return FieldName::expect;
      case field::host:
        return FieldName::host;
      case field::if_none_match:
        return FieldName::if_none_match;
      case field::origin:
        return FieldName::origin;
      case field::transfer_encoding:
        return FieldName::transfer_encoding;
      case field::user_agent:
        return std::nullopt;
      default:
        return field_name(text);
    }
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    payload->append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    payload->append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  Request& request_;
  bool in_head_ = true;
};

MessageParser::MessageParser(HeadLimits limits)
    : limits_(limits), beast_(std::make_unique<Beast>(request_)) {
  reset();
}
MessageParser::~MessageParser() = default;

// One pass over the lines finds the end, and on the way what Beast would let pass or wait on: a
// folded line (RFC 9112 §5.2 has a server refuse what Beast unfolds), and a line that ends in LF
// alone, whose client would wait for an end that never comes.
Result<std::size_t> MessageParser::find_head(std::string_view bytes) {
  // The last line end is looked at again: what follows it was not all there.
  for (auto at = bytes.find('\n', last_line_end_); at != bytes.npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return malformed("a line ends in LF alone");
    if (request_line_bytes_ == 0) {
      if (at - 1 > limits_.request_line_bytes) return fail(Errc::uri_too_long);
      request_line_bytes_ = at + 1;
    }
    last_line_end_ = at;
    const auto next = bytes.substr(at + 1, 2);
    if (next.starts_with(' ') || next.starts_with('\t')) return malformed("folded header line");
    if (next != "\r\n") continue;
    const auto length = at + 1 + next.size();
    if (length - request_line_bytes_ > limits_.header_bytes) return fail(Errc::header_too_large);
    return length;
  }
  if (request_line_bytes_ == 0 && bytes.size() > limits_.request_line_bytes + 1) {
    return fail(Errc::uri_too_long);
  }
  if (request_line_bytes_ > 0 && bytes.size() - request_line_bytes_ > limits_.header_bytes) {
    return fail(Errc::header_too_large);
  }
  return 0;
}

Result<> MessageParser::parse_head(std::string_view head) {
  beast::error_code error;
  beast_->put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast::http::error::bad_version) {
    const auto line = head.substr(0, head.find("\r\n"));
    return names_other_version(line) ? fail(Errc::version_not_supported) : malformed("version");
  }
  if (error && error != beast::http::error::need_more) return malformed(error.message().c_str());
  if (!beast_->is_header_done()) return malformed("head");
  if (request_.fields.size() > limits_.fields) return fail(Errc::header_too_large);
  if (beast_->method_too_long) return fail(Errc::not_implemented, "method");

  if (auto ok = check_host(request_); !ok) return ok;
  if (auto ok = split_target(request_, request_.header(FieldName::host)); !ok) return ok;
  if (auto ok = check_framing(request_); !ok) return ok;
  if (auto ok = check_expect(request_); !ok) return ok;
  read_connection(request_);
  return {};
}

Result<std::size_t> MessageParser::feed_body(std::string_view bytes, std::string& payload) {
  beast_->payload = &payload;
  std::size_t taken = 0;
  while (!beast_->is_done() && taken < bytes.size()) {
    beast::error_code error;
    const auto some =
        beast_->put(boost::asio::buffer(bytes.data() + taken, bytes.size() - taken), error);
    taken += some;
    if (error == beast::http::error::need_more) break;
    if (error) return malformed(error.message().c_str());
    if (some == 0) break;
  }
  return taken;
}

bool MessageParser::done() const { return beast_->is_done(); }

void MessageParser::reset() {
  last_line_end_ = 0;
  request_line_bytes_ = 0;
  auto fields = std::move(request_.fields);
  fields.clear();
  request_ = Request{};
  request_.fields = std::move(fields);
  // Beast's parser cannot be reused; made anew in place, it costs no allocation.
  std::destroy_at(beast_.get());
  std::construct_at(beast_.get(), request_);
  beast_->eager(true);
  beast_->body_limit(boost::none);
  beast_->header_limit(static_cast<std::uint32_t>(limits_.request_line_bytes +
                                                  limits_.header_bytes + kEndOfHead.size()));
}

}  // namespace weir::http
