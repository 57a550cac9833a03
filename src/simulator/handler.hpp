/// Serves the simulator over HTTP: receives a request, asks the engine, plays the script.
#pragma once

#include <cstddef>
#include <string>

#include "base/secret.hpp"
#include "http/handler.hpp"
#include "simulator/settings.hpp"

namespace weir::simulator {

/// For a listener on loopback whose port and token are known to this process alone: the gateway
/// calls it as it calls any upstream.
///
/// Threads:      its I/O thread.
/// Lifetime:     `settings` and `token` outlive it.
/// Cancellation: a client that leaves ends the script, in any wait.
class ScriptHandler : public http::Handler {
 public:
  /// A longer body is answered 413.
  static constexpr std::size_t kMaxBodyBytes = 32U << 20U;

  /// A request without `token`, as a bearer token or in x-api-key, is answered 401.
  ScriptHandler(const Settings& settings, const Secret& token);

  bool takes_body(const http::Request&) override { return true; }
  http::Answer handle(http::Exchange& exchange) override;
  http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange&) override {}

 private:
  [[nodiscard]] net::Task<http::Outcome> serve(http::Exchange& exchange);
  [[nodiscard]] net::Task<http::Outcome> serve_session(http::Exchange& exchange);
  [[nodiscard]] bool may_call(const http::Request& request) const;

  const Settings& settings_;
  const Secret& token_;
};

}  // namespace weir::simulator
