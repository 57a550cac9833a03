#include "app/command_line/admin_client.hpp"

#include <fmt/format.h>

#include "app/process/run_blocking.hpp"
#include "codec/utf8.hpp"
#include "discovery/base_url.hpp"
#include "http/fetch.hpp"
#include "net/socket.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::seconds kPatience{5};

std::string first_line(std::string_view body) {
  constexpr std::size_t kMaxBytes = 1024;
  return std::string(codec::utf8_prefix(body.substr(0, body.find('\n')), kMaxBytes));
}

net::Task<Result<http::FetchAnswer>> get(http::Fetcher& fetcher, http::FetchRequest request) {
  co_return co_await fetcher.fetch(std::move(request), monotonic_now() + kPatience);
}

// An address, at which plain HTTP is spoken, or a URL, whose server must have a certificate of its
// name.
Result<http::Origin> parse_admin(const std::string& endpoint) {
  if (endpoint.starts_with("https://")) {
    const auto url = discovery::parse_base_url(endpoint);
    if (!url) return std::unexpected(url.error());
    return http::Origin{.tls = true, .host = url->host, .port = url->port};
  }
  const auto address = net::parse_endpoint(endpoint);
  if (!address) return std::unexpected(address.error());
  const bool everywhere = address->address().is_unspecified();
  return http::Origin{.tls = false,
                      .host = everywhere ? "127.0.0.1" : address->address().to_string(),
                      .port = address->port()};
}

}  // namespace

Result<std::string> read_admin_page(const std::string& endpoint, std::string_view path,
                                    const Secret& admin_key) {
  auto origin = parse_admin(endpoint);
  if (!origin) return std::unexpected(std::move(origin.error()));
  http::FetchRequest request;
  request.origin = std::move(*origin);
  request.target = path;
  if (!admin_key.empty()) {
    request.fields.emplace_back("authorization", "Bearer " + std::string(admin_key.reveal()));
  }

  net::WorkerPool pool(1);
  http::Fetcher fetcher(pool, {});
  auto answer = run_blocking(get(fetcher, std::move(request)));
  if (!answer) {
    return fail(answer.error().code,
                fmt::format("no server answers at {} ({}); start one with `weir serve`, or give "
                            "its admin address with --admin",
                            endpoint, answer.error().detail));
  }
  if (answer->status == 403) {
    return fail(Errc::forbidden,
                "the server at " + endpoint +
                    " requires server.admin_key; give its config file with --config");
  }
  if (answer->status == 503) return fail(Errc::upstream_refused, first_line(answer->body));
  if (answer->status != 200) {
    return fail(Errc::upstream_answer_invalid,
                fmt::format("{} answered with status {}; is that Weir's admin address?", endpoint,
                            answer->status));
  }
  return std::move(answer->body);
}

}  // namespace weir::app
