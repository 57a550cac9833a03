#include "http/settings.hpp"

#include <optional>

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
      "host:port, such as 127.0.0.1:8080 or \"[::1]:8080\"; port 0 takes a free one",
      config::is_endpoint);
}

config::Type<Secret> admin_key() {
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
  return Complaint{"admin_listen", "is the same as listen", "an address of its own"};
}

std::optional<Complaint> files_go_together(const TlsListenerSettings& settings) {
  if (settings.certificate_file.empty() == settings.key_file.empty()) return std::nullopt;
  const bool no_key = settings.key_file.empty();
  return Complaint{no_key ? "key_file" : "certificate_file", "is missing",
                   no_key ? "the key of certificate_file" : "the certificate of key_file"};
}

config::Schema<TlsListenerSettings> tls_schema() {
  using Tls = TlsListenerSettings;
  config::Schema<Tls> schema(Apply::restart);
  schema
      .field(
          "certificate_file", &Tls::certificate_file,
          config::text("a file of PEM certificates, or \"\" for plain HTTP", config::is_plain_text),
          "The certificate of server.listen, then those that vouch for it. With it clients "
          "speak TLS 1.2 or 1.3 there, and nothing else. Read again when it changes; the first "
          "one, or none any more, needs a restart.",
          Apply::live)
      .field(
          "key_file", &Tls::key_file,
          config::text("a file with a PEM private key, or \"\"", config::is_plain_text),
          "Its key, not encrypted, and readable by its owner alone; root's also by a group. Read "
          "again with the certificate.",
          Apply::live)
      .field("handshake_timeout", &Tls::handshake_timeout, duration({100, 300'000}),
             "How long a TLS handshake may take.")
      .field(
          "max_handshakes", &Tls::max_handshakes, integer<std::int64_t>({1, 1'000'000}),
          "TLS handshakes in progress at once, an equal share for each thread: those whose client "
          "has sent a whole record. For one more, one whose ClientHello is not whole is given up, "
          "or one that has waited for its client for 250 ms, or else the new one.")
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
  schema.field("listen", &Settings::listen, endpoint(), "Where clients are served.")
      .field("admin_listen", &Settings::admin_listen, endpoint(),
             "Where health, metrics and administration are served; keep it off public networks.")
      .section("tls", &Settings::tls, tls_schema(), "TLS on server.listen.")
      .field("admin_key", &Settings::admin_key, admin_key(),
             "Lets other hosts than this one use administration; without it only loopback may.")
      .field("admin_hosts", &Settings::admin_hosts,
             config::list_of(config::text("a host name without a port, such as "
                                          "weir.monitoring.svc, or *.example.com",
                                          config::is_host_pattern)),
             "Host names under which admin_listen answers, besides localhost and IP addresses; "
             "`*.` stands for any labels before the rest. Other names get 421: a web page may "
             "have made them point here (DNS rebinding).")
      .field("threads", &Settings::threads, integer<int>({1, 256, "one per core"}),
             "Threads that serve connections.")
      .field("max_connections", &Settings::max_connections,
             integer<std::int64_t>({1, 1'000'000, "as many as there are descriptors for"}),
             "Connections held at once. For one more, one without a request in progress is closed; "
             "if there is none, it is answered 503, or over TLS closed.")
      .field("max_in_flight", &Settings::max_in_flight, integer<std::int64_t>({1, 1'000'000}),
             "Requests under way at once; more are answered 503.")
      .field("max_request_line_bytes", &Settings::max_request_line_bytes, bytes({256, 64 * kKiB}),
             "Longest request line; a longer one is answered 414.")
      .field("max_header_bytes", &Settings::max_header_bytes, bytes({kKiB, kMiB}),
             "All header fields of a request together; more is answered 431.")
      .field("max_header_fields", &Settings::max_header_fields, integer<std::int64_t>({8, 1000}),
             "Header fields of a request; more are answered 431.")
      .field("max_chunk_overhead_bytes", &Settings::max_chunk_overhead_bytes, bytes({256, kMiB}),
             "Extensions and trailers of a chunked request body together; more is answered 400.")
      .field("max_body_bytes", &Settings::max_body_bytes, bytes({kKiB, 1024 * kMiB}),
             "Largest request body; a larger one is answered 413.")
      .field("request_head_timeout", &Settings::request_head_timeout, duration({100, kHour}),
             "From the first byte of a request to the end of its header.")
      .field("request_body_timeout", &Settings::request_body_timeout, duration({100, kHour}),
             "The longest pause in a request's body; min_body_bytes_per_second bounds the whole.")
      .field("min_body_bytes_per_second", &Settings::min_body_bytes_per_second,
             integer<std::int64_t>({1, kMiB}),
             "How fast a request's body must come on the whole; a pause may last "
             "request_body_timeout.")
      .field("min_answer_bytes_per_second", &Settings::min_answer_bytes_per_second,
             integer<std::int64_t>({1, kMiB}),
             "How fast a client must take what waits for it on the whole; a pause may last "
             "write_stall_timeout.")
      .field(
          "memory_limit_bytes", &Settings::memory_limit_bytes,
          bytes({64 * kMiB, 1024 * 1024 * kMiB, "the container's limit, if it has one"}),
          "Memory of the process at which load is shed: at 85 % idle connections are kept for two "
          "seconds, at 92 % not at all, at 95 % requests are answered 503.")
      .field("keep_alive_timeout", &Settings::keep_alive_timeout, duration({100, 24 * kHour}),
             "How long an idle connection is kept.")
      .field("write_stall_timeout", &Settings::write_stall_timeout, duration({100, kHour}),
             "The longest pause in which a client takes nothing of its answer; "
             "min_answer_bytes_per_second bounds the whole.")
      .field("drain_timeout", &Settings::drain_timeout, duration({100, kHour}),
             "How long requests under way may take to end when the server stops.")
      .field(
          "drain_idle_timeout", &Settings::drain_idle_timeout, duration({1, kHour}),
          "How long a connection without a request is kept when the server stops: one that comes "
          "in this time is answered, with Connection: close.")
      .field(
          "takeover_socket", &Settings::takeover_socket,
          config::text("a path, or \"\" for none", is_path),
          "Where `weir serve --take-over` finds the running server, to take its listening sockets "
          "over; without it that is not possible.")
      .field(
          "cors_allow_origins", &Settings::cors_allow_origins,
          config::list_of(config::text("* or an origin such as https://chat.example", is_origin)),
          "Web pages that browsers let call the server; an empty list for none.")
      .field("echo", &Settings::echo, boolean(),
             "Opens `/` and `/echo` to anybody: they give back what they are sent. For suites that "
             "try the server's HTTP from outside; never on a server that others use.")
      .check(listeners_differ);
  return schema;
}

}  // namespace weir::http
