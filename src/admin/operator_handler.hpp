/// The operator's listener: health, metrics, and how models and upstreams stand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/explain.hpp"
#include "discovery/refresher.hpp"
#include "http/handler.hpp"
#include "telemetry/metrics.hpp"

namespace weir::admin {

/// What the pages are made from; called on the listener's thread.
struct Sources {
  std::function<bool()> ready;
  /// Upstreams whose first lists are awaited: not ready yet, though it takes requests.
  std::function<std::vector<std::string>()> first_lists_pending;
  std::function<std::shared_ptr<const catalogue::Catalogue>()> catalogue;
  std::function<catalogue::Explanation(std::string_view id)> explain;
  std::function<std::vector<discovery::UpstreamReport>()> upstreams;
  const telemetry::Registry& registry;
};

/// /healthz, /readyz and /metrics answer anyone who reaches the listener. /admin/… answers loopback
/// peers whose Host is an address or localhost (a page in a browser cannot make it so), and whoever
/// brings `admin_key`.
class OperatorHandler : public http::Handler {
 public:
  OperatorHandler(Sources sources, const Secret& admin_key);

  [[nodiscard]] bool takes_body(const http::Request&) override { return false; }
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange&) override {}

 private:
  [[nodiscard]] http::Reply answer(http::Exchange& exchange);
  [[nodiscard]] http::Reply readiness() const;
  [[nodiscard]] http::Reply explain(http::Exchange& exchange);
  [[nodiscard]] bool may_read_admin(const http::Exchange& exchange) const;

  Sources sources_;
  const Secret& admin_key_;  // outlives: the server's settings
};

}  // namespace weir::admin
