#include "http/settings.hpp"

#include <optional>

#include "config/schema.hpp"
#include "config/text_check.hpp"

namespace weir::http {
namespace {

using config::Apply;
using config::bytes;
using config::Complaint;
using config::duration;
using config::integer;

config::Type<std::string> endpoint() {
  return config::text(
      "host:port, such as 127.0.0.1:8080 or \"[::1]:8080\"; port 0 takes a free one",
      config::is_endpoint);
}

config::Type<Secret> admin_key() {
  return config::secret("at least 16 visible ASCII characters",
                        [](std::string_view text) { return config::is_token(text, 16); });
}

/// Source: the serialised origin of RFC 6454 §6.2, or `*`.
bool is_origin(std::string_view text) {
  return text == "*" || (config::is_http_url(text) && text.find('/', 8) == text.npos);
}

std::optional<Complaint> listeners_differ(const Settings& settings) {
  const bool same = settings.listen == settings.admin_listen;
  if (!same || settings.listen.ends_with(":0")) return std::nullopt;
  return Complaint{"admin_listen", "is the same as listen", "an address of its own"};
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
      .field("admin_key", &Settings::admin_key, admin_key(),
             "Lets other hosts than this one use administration; without it only loopback may.")
      .field("threads", &Settings::threads, integer<int>({1, 256, "one per core"}),
             "Threads that serve connections.")
      .field("max_connections", &Settings::max_connections, integer<std::int64_t>({1, 1'000'000}),
             "Connections held at once; more are answered 503.")
      .field("max_in_flight", &Settings::max_in_flight, integer<std::int64_t>({1, 1'000'000}),
             "Requests under way at once; more are answered 503.")
      .field("max_request_line_bytes", &Settings::max_request_line_bytes, bytes({256, 64 * kKiB}),
             "Longest request line; a longer one is answered 414.")
      .field("max_header_bytes", &Settings::max_header_bytes, bytes({kKiB, kMiB}),
             "All header fields of a request together; more is answered 431.")
      .field("max_header_fields", &Settings::max_header_fields, integer<std::int64_t>({8, 1000}),
             "Header fields of a request; more are answered 431.")
      .field("max_body_bytes", &Settings::max_body_bytes, bytes({kKiB, 1024 * kMiB}),
             "Largest request body; a larger one is answered 413.")
      .field("request_head_timeout", &Settings::request_head_timeout, duration({100, kHour}),
             "From the first byte of a request to the end of its header.")
      .field("request_body_timeout", &Settings::request_body_timeout, duration({100, kHour}),
             "From the end of the header to the end of the body.")
      .field("keep_alive_timeout", &Settings::keep_alive_timeout, duration({100, 24 * kHour}),
             "How long an idle connection is kept.")
      .field("write_stall_timeout", &Settings::write_stall_timeout, duration({100, kHour}),
             "How long a client may take nothing of its answer.")
      .field("drain_timeout", &Settings::drain_timeout, duration({100, kHour}),
             "How long requests under way may take to end when the server stops.")
      .field(
          "cors_allow_origins", &Settings::cors_allow_origins,
          config::list_of(config::text("* or an origin such as https://chat.example", is_origin)),
          "Web pages that browsers let call the server; an empty list for none.")
      .check(listeners_differ);
  return schema;
}

}  // namespace weir::http
