#include "app/command_line/api_client.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/process/environment.hpp"
#include "app/process/run_blocking.hpp"
#include "base/ascii.hpp"
#include "discovery/base_url.hpp"
#include "files/read_file.hpp"
#include "net/socket.hpp"

namespace weir::app {
namespace {

constexpr std::size_t kMaxKeyFileBytes = 4096;

net::Task<Result<http::FetchAnswer>> fetch(http::Fetcher& fetcher, http::FetchRequest request,
                                           std::chrono::seconds patience) {
  co_return co_await fetcher.fetch(std::move(request), monotonic_now() + patience);
}

// Clients' base URLs end with the version, which the targets have too.
std::string without_version(std::string path) {
  constexpr std::string_view kVersion = "/v1";
  if (path.ends_with(kVersion)) path.resize(path.size() - kVersion.size());
  return path;
}

}  // namespace

std::string own_url(const Settings& settings) {
  const auto* scheme = settings.server.tls.enabled() ? "https" : "http";
  const auto address = net::parse_endpoint(settings.server.listen);
  if (!address) return fmt::format("{}://{}", scheme, settings.server.listen);
  if (!address->address().is_unspecified()) {
    return fmt::format("{}://{}", scheme, net::format_endpoint(*address));
  }
  return fmt::format("{}://127.0.0.1:{}", scheme, address->port());
}

Result<Secret> own_key(const Settings& settings) {
  const auto variable = read_variable("WEIR_KEY").value_or(std::string());
  if (const auto key = trim(variable); !key.empty()) return Secret(std::string(key));
  for (const auto& key : settings.keys) {
    if (!key.disabled) return key.key;
  }
  const auto path = store_path(settings) + ".first-key";
  const auto file = files::read_file(path, kMaxKeyFileBytes);
  if (file) return Secret(std::string(trim(file->text.reveal())));
  if (!file.error().is_missing) {
    return fail(Errc::invalid_parameter,
                fmt::format("cannot read the first key in {}: {}; set WEIR_KEY, or run as the user "
                            "of the server",
                            path, file.error().what));
  }
  return fail(Errc::not_found,
              "a key is required: set WEIR_KEY to one of this server's; `weir keys create NAME` "
              "makes one");
}

Result<http::FetchAnswer> call_api(const std::string& url, const Secret& key, ApiCall call) {
  const auto base = discovery::parse_base_url(url);
  if (!base) {
    return fail(Errc::invalid_parameter, fmt::format("{}: {}; give the server's address with --url",
                                                     url, base.error().detail));
  }
  http::FetchRequest request;
  request.origin = {.tls = base->tls, .host = base->host, .port = base->port};
  request.target = without_version(base->path) + call.target;
  request.fields.emplace_back("authorization", "Bearer " + std::string(key.reveal()));
  request.body = std::move(call.body);
  request.max_answer_bytes = 256 << 20;
  request.on_piece = std::move(call.on_piece);
  net::WorkerPool pool(1);
  http::Fetcher fetcher(pool, {});
  auto answer = run_blocking(fetch(fetcher, std::move(request), call.patience));
  if (answer) return answer;
  return fail(answer.error().code,
              fmt::format("no answer from {} ({}); start a server with `weir serve`, or give its "
                          "address with --url",
                          url, answer.error().detail));
}

}  // namespace weir::app
