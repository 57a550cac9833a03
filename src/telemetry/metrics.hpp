/// Prometheus metrics: prometheus-cpp's registry and text format, without its web server.
///
/// Each room registers its own families at start-up and keeps the handles; nothing is looked up by
/// name while requests are served. Names are `weir_<subject>_<what>_<unit>`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "telemetry/histogram_cell.hpp"

namespace weir::telemetry {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;

/// prometheus-cpp's, with the cells of its histograms.
class Registry : public prometheus::Registry {
 public:
  [[nodiscard]] HistogramCells& cells() const { return cells_; }

 private:
  mutable HistogramCells cells_;
};

/// One metric family: the row is used for registration and documentation.
struct MetricRow {
  std::string_view name;
  std::string_view kind;    ///< counter, gauge, histogram
  std::string_view labels;  ///< names, separated by ", "
  std::string_view help;
};

[[nodiscard]] prometheus::Family<Counter>& register_counter(Registry& registry,
                                                            const MetricRow& row);
[[nodiscard]] prometheus::Family<Gauge>& register_gauge(Registry& registry, const MetricRow& row);
[[nodiscard]] prometheus::Family<Histogram>& register_histogram(Registry& registry,
                                                                const MetricRow& row);

/// Includes what is still in the histograms' cells. The text exposition format, version 0.0.4.
[[nodiscard]] std::string format_metrics(const Registry& registry);

/// One Markdown table row per family.
[[nodiscard]] std::string metrics_reference(std::span<const MetricRow> rows);

}  // namespace weir::telemetry
