/// The metric families of servers.
#pragma once

#include <array>

#include "telemetry/metrics.hpp"

namespace weir::http {

inline constexpr telemetry::MetricRow kConnectionsOpen{"weir_http_connections_open", "gauge",
                                                       "server", "Open connections."};
inline constexpr telemetry::MetricRow kConnectionsAccepted{
    "weir_http_connections_accepted_total", "counter", "server", "Connections accepted."};
inline constexpr telemetry::MetricRow kConnectionsShed{
    "weir_http_connections_shed_total", "counter", "server",
    "Connections refused because server.max_connections was reached."};

inline constexpr telemetry::MetricRow kConnectionsYielded{
    "weir_http_connections_yielded_total", "counter", "server, stage",
    "Connections closed for new ones because server.max_connections was reached, by stage: silent "
    "(nothing sent), partial (incomplete request head), idle (between requests)."};

inline constexpr telemetry::MetricRow kMemoryPressure{
    "weir_memory_pressure", "gauge", "",
    "Load shed to save memory: 0 none, 1 idle connections are kept for two seconds, 2 not at all, "
    "3 requests are answered 503."};

inline constexpr telemetry::MetricRow kHandshakes{
    "weir_tls_handshakes_total", "counter", "server, outcome",
    "TLS handshakes with clients, by outcome: completed, failed, timed_out, refused (too many at "
    "once), not_tls."};
inline constexpr telemetry::MetricRow kCertificateValidUntil{
    "weir_tls_certificate_valid_until_seconds", "gauge", "server",
    "Time at which the certificate in use expires, in seconds since 1970."};

inline constexpr std::array kServerMetrics{
    kConnectionsOpen, kConnectionsAccepted, kConnectionsShed,      kConnectionsYielded,
    kMemoryPressure,  kHandshakes,          kCertificateValidUntil};

}  // namespace weir::http
