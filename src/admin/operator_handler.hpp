/// The operator's listener: health, metrics, and how models and upstreams stand.
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
  /// Upstreams whose first lists are awaited: not ready yet, though it takes requests.
  std::function<std::vector<std::string>()> first_lists_pending;
  std::function<std::shared_ptr<const catalogue::Catalogue>()> catalogue;
  std::function<catalogue::Explanation(std::string_view id)> explain;
  std::function<std::vector<discovery::UpstreamReport>()> upstreams;
  const telemetry::Registry& registry;
};

/// Answers requests under this machine's own names, IP addresses and `admin_hosts` alone
/// (admin/own_names.hpp); /healthz and /readyz under any name, with nothing but their status then.
/// /metrics is for anyone who reaches the listener. /admin/… is for loopback peers that name an
/// address or localhost, and for whoever brings `admin_key`. CORS never: no page may read it.
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
  [[nodiscard]] bool is_own_name(const http::Request& request) const;
  [[nodiscard]] http::Reply readiness(bool with_names) const;
  [[nodiscard]] http::Reply page(http::Exchange& exchange);
  [[nodiscard]] http::Reply explain(http::Exchange& exchange);
  [[nodiscard]] bool may_read_admin(const http::Exchange& exchange) const;

  Sources sources_;
  const Secret& admin_key_;                   // outlives: the server's settings
  std::span<const std::string> admin_hosts_;  // as admin_key_
};

}  // namespace weir::admin
