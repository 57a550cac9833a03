/// Request counts and durations by route and outcome.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/errc.hpp"
#include "http/handler.hpp"
#include "telemetry/metrics.hpp"

namespace weir::api {

inline constexpr telemetry::MetricRow kRequests{
    "weir_http_requests_total", "counter", "route, reason",
    "Answered requests, by route and result (`ok` or the error)."};
inline constexpr telemetry::MetricRow kRequestDuration{
    "weir_http_request_duration_seconds", "histogram", "route",
    "Time from the first byte of a request to the last byte of its answer."};
inline constexpr std::array kRequestMetrics{kRequests, kRequestDuration};

/// Caches the handles it has used: a look-up by labels costs more than an answer.
///
/// Threads: one; each frontend has its own, the metrics behind them are shared.
class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Registry& registry);

  void record(const http::Exchange& exchange);

 private:
  struct PerRoute {
    std::string_view label;  ///< a literal
    /// Indexed by Errc; the last is "ok".
    std::array<telemetry::Counter*, kErrcCount + 1> outcomes{};
    telemetry::HistogramCell* duration = nullptr;
  };

  PerRoute& of(std::string_view label);

  telemetry::HistogramCells& cells_;
  prometheus::Family<telemetry::Counter>& requests_;
  prometheus::Family<telemetry::Histogram>& durations_;
  std::vector<PerRoute> routes_;  ///< those seen
};

}  // namespace weir::api
