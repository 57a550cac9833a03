#include "app/command_line/reference.hpp"

#include <vector>

#include "api/error_reply.hpp"
#include "api/request_metrics.hpp"
#include "api/route.hpp"
#include "app/lifecycle/settings.hpp"
#include "discovery/refresher.hpp"
#include "gateway/call_metrics.hpp"
#include "http/server_metrics.hpp"
#include "management/route.hpp"
#include "net/loop_watch.hpp"
#include "telemetry/line_writer.hpp"
#include "usage/recorder.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kGenerated =
    "Generated from a table in the code (`tools/dev/check --bless`).\n\n";

std::string page(std::string_view title, const std::string& text) {
  return std::string("# ").append(title).append("\n\n").append(kGenerated).append(text);
}

std::string metrics_page() {
  std::vector<telemetry::MetricRow> rows;
  rows.insert(rows.end(), http::kServerMetrics.begin(), http::kServerMetrics.end());
  rows.insert(rows.end(), api::kRequestMetrics.begin(), api::kRequestMetrics.end());
  rows.insert(rows.end(), gateway::kCallMetrics.begin(), gateway::kCallMetrics.end());
  rows.insert(rows.end(), usage::kUsageMetrics.begin(), usage::kUsageMetrics.end());
  rows.push_back(telemetry::kLinesDropped);
  rows.insert(rows.end(), net::kLoopMetrics.begin(), net::kLoopMetrics.end());
  rows.insert(rows.end(), discovery::kRefresherMetrics.begin(), discovery::kRefresherMetrics.end());
  return page("Metrics", telemetry::metrics_reference(rows));
}

std::string routes_page() {
  return page("Routes", api::routes_reference() + "\n## The admin API, on server.admin_listen\n\n" +
                            management::routes_reference());
}

}  // namespace

Result<std::string> reference(std::string_view name) {
  if (name == "config") return config_reference();
  if (name == "errors") return page("Errors", api::errors_reference());
  if (name == "metrics") return metrics_page();
  if (name == "routes") return routes_page();
  return fail(Errc::not_found, "unknown page; expected config, errors, metrics or routes");
}

}  // namespace weir::app
