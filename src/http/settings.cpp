#include "http/settings.hpp"

#include <optional>

#include <fmt/format.h>

#include "config/schema.hpp"
#include "config/text_check.hpp"

namespace weir::http {
namespace {

using config::Apply;
using config::boolean;
using config::bytes;
using config::Complaint;
using config::duration;
using config::integer;

// unix(7) allows 107; a takeover needs some of them for a suffix.
constexpr std::size_t kMaxPath = 96;

config::Type<std::string> endpoint() {
  return config::text(
      "host:port, such as 127.0.0.1:8080 or \"[::1]:8080\"; port 0 selects a free port",
      config::is_endpoint);
}

config::Type<Secret> operator_key() {
  return config::secret("at least 16 visible ASCII characters",
                        [](std::string_view text) { return config::is_token(text, 16); });
}

bool is_path(std::string_view text) {
  return config::is_plain_text(text) && text.size() <= kMaxPath;
}

/// True for a serialised origin or `*`. Source: RFC 6454 §6.2.
bool is_origin(std::string_view text) {
  return text == "*" || (config::is_http_url(text) && text.find('/', 8) == text.npos);
}

std::optional<Complaint> listeners_differ(const Settings& settings) {
  const bool same = settings.listen == settings.admin_listen;
  if (!same || settings.listen.ends_with(":0")) return std::nullopt;
  return Complaint{"admin_listen", "is the same as listen", "a different address"};
}

std::optional<Complaint> keys_differ(const Settings& settings) {
  const auto& viewer = settings.viewer_key;
  if (viewer.empty() || !same_secret(viewer.reveal(), settings.admin_key)) return std::nullopt;
  return Complaint{"viewer_key", "is the same as admin_key", "a different key"};
}

std::optional<Complaint> files_go_together(const TlsListenerSettings& settings) {
  if (settings.certificate_file.empty() == settings.key_file.empty()) return std::nullopt;
  const bool no_key = settings.key_file.empty();
  return Complaint{no_key ? "key_file" : "certificate_file", "is missing",
                   no_key ? "the private key of certificate_file" : "the certificate of key_file"};
}

config::Schema<TlsListenerSettings> tls_schema(std::string_view listener) {
  using Tls = TlsListenerSettings;
  config::Schema<Tls> schema(Apply::restart);
  schema
      .field("certificate_file", &Tls::certificate_file,
             config::text("a file with PEM certificates, or \"\" for plain HTTP",
                          config::is_plain_text),
             fmt::format("Certificate of {0}, followed by the intermediates. If set, {0} "
                         "accepts only TLS 1.2 and 1.3. Reloaded when the file changes; turning "
                         "TLS on or off needs a restart.",
                         listener),
             Apply::live)
      .field("key_file", &Tls::key_file,
             config::text("a file with a PEM private key, or \"\"", config::is_plain_text),
             "Private key of the certificate, unencrypted. Only its owner may have access; a file "
             "of root may be readable by a group. Reloaded with the certificate.",
             Apply::live)
      .field("handshake_timeout", &Tls::handshake_timeout, duration({100, 300'000}),
             "Time limit for a TLS handshake.")
      .field("max_handshakes", &Tls::max_handshakes, integer<std::int64_t>({1, 1'000'000}),
             "Maximum number of concurrent TLS handshakes, in equal shares per thread; a handshake "
             "counts from the client's first complete record. At the limit, one whose ClientHello "
             "is incomplete is closed for a new one; failing that, one that has waited for its "
             "client for 250 ms; failing that, the new one.")
      .check(files_go_together);
  return schema;
}

}  // namespace

config::Schema<Settings> settings_schema() {
  constexpr std::int64_t kSecond = 1'000;
  constexpr std::int64_t kHour = 3'600 * kSecond;
  constexpr std::int64_t kKiB = 1 << 10;
  constexpr std::int64_t kMiB = 1 << 20;
  config::Schema<Settings> schema(Apply::restart);
  schema.field("listen", &Settings::listen, endpoint(), "Address of the API.")
      .field("admin_listen", &Settings::admin_listen, endpoint(),
             "Address of health checks, metrics and administration; keep it off public networks.")
      .section("tls", &Settings::tls, tls_schema("server.listen"), "TLS on server.listen.")
      .section("admin_tls", &Settings::admin_tls, tls_schema("server.admin_listen"),
               "TLS on server.admin_listen. Without it no browser of another host can log in.")
      .field("admin_key", &Settings::admin_key, operator_key(),
             "Key that lets other hosts use administration; if not set, only this host may. The "
             "admin API takes it from every host.")
      .field("viewer_key", &Settings::viewer_key, operator_key(),
             "Key that may read the admin API, but change nothing.")
      .field("admin_hosts", &Settings::admin_hosts,
             config::list_of(config::text("a host name without a port, such as "
                                          "weir.monitoring.svc, or *.example.com",
                                          config::is_host_pattern)),
             "Host names under which admin_listen answers, in addition to localhost and IP "
             "addresses; `*.` matches one or more labels. Requests with other names are answered "
             "421, to prevent DNS rebinding.")
      .field("threads", &Settings::threads, integer<int>({1, 256, "one per core"}),
             "Number of threads that serve connections.")
      .field("max_connections", &Settings::max_connections,
             integer<std::int64_t>({1, 1'000'000, "as many as file descriptors allow"}),
             "Maximum number of open connections. At the limit, one without a request in progress "
             "is closed for a new one; if there is none, the new one is answered 503, or closed if "
             "it uses TLS.")
      .field("max_in_flight", &Settings::max_in_flight,
             integer<std::int64_t>({1, 1'000'000, "as many as descriptors and memory allow"}),
             "Maximum number of requests in progress; more are answered 503. An eighth more, and "
             "at least 16, is kept for requests that are not POST, such as lists.")
      .field("max_request_line_bytes", &Settings::max_request_line_bytes, bytes({256, 64 * kKiB}),
             "Maximum length of a request line; a longer one is answered 414.")
      .field("max_header_bytes", &Settings::max_header_bytes, bytes({kKiB, kMiB}),
             "Maximum size of all header fields of a request together; more is answered 431.")
      .field("max_header_fields", &Settings::max_header_fields, integer<std::int64_t>({8, 1000}),
             "Maximum number of header fields of a request; more are answered 431.")
      .field("max_chunk_overhead_bytes", &Settings::max_chunk_overhead_bytes, bytes({256, kMiB}),
             "Maximum size of all extensions and trailers of a chunked request body together; more "
             "is answered 400.")
      .field("max_body_bytes", &Settings::max_body_bytes, bytes({kKiB, 1024 * kMiB}),
             "Maximum size of a request body; a larger one is answered 413.")
      .field("request_head_timeout", &Settings::request_head_timeout, duration({100, kHour}),
             "Time limit from the first byte of a request to the end of its header.")
      .field(
          "request_body_timeout", &Settings::request_body_timeout, duration({100, kHour}),
          "Maximum pause within a request body; min_body_bytes_per_second limits the total time.")
      .field("min_body_bytes_per_second", &Settings::min_body_bytes_per_second,
             integer<std::int64_t>({1, kMiB}),
             "Minimum average rate at which a request body must arrive; a pause may last "
             "request_body_timeout.")
      .field("min_answer_bytes_per_second", &Settings::min_answer_bytes_per_second,
             integer<std::int64_t>({1, kMiB}),
             "Minimum average rate at which a client must read pending data; a pause may last "
             "write_stall_timeout.")
      .field("memory_limit_bytes", &Settings::memory_limit_bytes,
             bytes({64 * kMiB, 1024 * 1024 * kMiB, "the container's limit, if any"}),
             "Memory limit of the process, near which load is shed: at 85 % idle connections are "
             "kept for two seconds, at 92 % not at all, at 95 % requests are answered 503.")
      .field("keep_alive_timeout", &Settings::keep_alive_timeout, duration({100, 24 * kHour}),
             "How long an idle connection is kept open.")
      .field("write_stall_timeout", &Settings::write_stall_timeout, duration({100, kHour}),
             "Maximum time for which a client reads nothing of its answer; "
             "min_answer_bytes_per_second limits the total time.")
      .field("drain_delay", &Settings::drain_delay, duration({100, kHour, "at once"}),
             "How long the server goes on as before when it is told to stop, with 503 at /readyz "
             "alone, so that load balancers send no more to it; a second signal ends this.")
      .field("drain_timeout", &Settings::drain_timeout, duration({100, kHour}),
             "Time limit for requests in progress to finish when the server stops.")
      .field("drain_idle_timeout", &Settings::drain_idle_timeout, duration({1, kHour}),
             "How long a connection without a request is kept open when the server stops; a "
             "request that arrives in this time is answered, with Connection: close.")
      .field("takeover_socket", &Settings::takeover_socket,
             config::text("a path, or \"\" for none", is_path),
             "Unix socket through which `weir serve --take-over` takes the listening sockets of "
             "the running server over; if not set, that is not possible.")
      .field(
          "cors_allow_origins", &Settings::cors_allow_origins,
          config::list_of(config::text("* or an origin such as https://chat.example", is_origin)),
          "Origins of web pages that may call the server from a browser; an empty list allows "
          "none.")
      .field("errors", &Settings::errors, config::one_of(kErrorNames),
             "The shape of errors: `client` gives each client that of the API that it speaks, and "
             "a list the contract's; `contract` gives every client the contract's.")
      .field("echo", &Settings::echo, boolean(),
             "Serves `/` and `/echo`, which return the request body, to any client without a key. "
             "For external HTTP conformance suites; never use it on a server that others use.")
      .check(listeners_differ)
      .check(keys_differ);
  return schema;
}

}  // namespace weir::http
