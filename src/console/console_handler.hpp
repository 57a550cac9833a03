/// The admin listener as a browser sees it: the console's files, the operator's routes, and the
/// public API for the playground.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>

#include "http/handler.hpp"

namespace weir::console {

/// Passes on what is not the console's own: `/v1/…` to `api`, the rest to `admin`. A page reaches
/// only its own origin under the console's policy, so the playground's calls come here; they need a
/// key as on the public listener, and pages of other origins are refused. At most `max_calls` of
/// them run at once, so that the operator always finds a free connection.
///
/// Threads:  the listener's.
/// Lifetime: `admin_hosts` outlives it.
class ConsoleHandler : public http::Handler {
 public:
  ConsoleHandler(std::unique_ptr<http::Handler> admin, std::unique_ptr<http::Handler> api,
                 std::span<const std::string> admin_hosts, std::size_t max_calls);

  [[nodiscard]] bool takes_body(const http::Request& request) override;
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange& exchange) override;

 private:
  [[nodiscard]] http::Handler& handler_of(const http::Request* request) const;

  std::unique_ptr<http::Handler> admin_;
  std::unique_ptr<http::Handler> api_;
  std::span<const std::string> admin_hosts_;
  std::size_t max_calls_;
  std::unordered_set<const http::Exchange*> calls_;  ///< that `api` is serving
};

}  // namespace weir::console
