/// The metric families of servers.
#pragma once

#include <array>

#include "telemetry/metrics.hpp"

namespace weir::http {

inline constexpr telemetry::MetricRow kConnectionsOpen{"weir_http_connections_open", "gauge",
                                                       "server", "Connections open now."};
inline constexpr telemetry::MetricRow kConnectionsAccepted{
    "weir_http_connections_accepted_total", "counter", "server", "Connections accepted."};
inline constexpr telemetry::MetricRow kConnectionsShed{
    "weir_http_connections_shed_total", "counter", "server",
    "Connections refused because server.max_connections was reached."};

inline constexpr std::array kServerMetrics{kConnectionsOpen, kConnectionsAccepted,
                                           kConnectionsShed};

}  // namespace weir::http
