/// The operator's listener: health, metrics, and the state of models and upstreams.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/explain.hpp"
#include "discovery/refresher.hpp"
#include "http/handler.hpp"
#include "telemetry/metrics.hpp"

namespace weir::admin {

/// The state that the pages show; called on the listener's thread.
struct Sources {
  std::function<bool()> ready;
  /// Upstreams whose first lists are awaited: not ready yet, though requests are accepted.
  std::function<std::vector<std::string>()> first_lists_pending;
  std::function<std::shared_ptr<const catalogue::Catalogue>()> catalogue;
  std::function<catalogue::Explanation(std::string_view id)> explain;
  std::function<std::vector<discovery::UpstreamReport>()> upstreams;
  const telemetry::Registry& registry;
};

/// Answers only requests for this machine's own names, IP addresses and `admin_hosts`
/// (admin/own_names.hpp); under other names only /healthz and /readyz, with their status alone.
/// /metrics is open to every peer that reaches the listener. /admin/… requires a loopback peer and
/// an address or localhost as authority, or `admin_key`. No CORS fields: no page may read the
/// answers.
class OperatorHandler : public http::Handler {
 public:
  OperatorHandler(Sources sources, const Secret& admin_key,
                  std::span<const std::string> admin_hosts);

  [[nodiscard]] bool takes_body(const http::Request&) override { return false; }
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange&) override {}

 private:
  [[nodiscard]] http::Reply answer(http::Exchange& exchange);
  [[nodiscard]] http::Reply readiness(bool with_names) const;
  [[nodiscard]] http::Reply page(http::Exchange& exchange);
  [[nodiscard]] http::Reply explain(http::Exchange& exchange);
  [[nodiscard]] bool may_read_admin(const http::Exchange& exchange) const;

  Sources sources_;
  const Secret& admin_key_;                   // outlives: the server's settings
  std::span<const std::string> admin_hosts_;  // as admin_key_
};

}  // namespace weir::admin
