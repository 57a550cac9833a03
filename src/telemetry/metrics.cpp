#include "telemetry/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

namespace weir::telemetry {
namespace {

template <class Builder>
auto& register_row(Builder builder, Registry& registry, const MetricRow& row) {
  return builder.Name(std::string(row.name)).Help(std::string(row.help)).Register(registry);
}

}  // namespace

prometheus::Family<Counter>& register_counter(Registry& registry, const MetricRow& row) {
  return register_row(prometheus::BuildCounter(), registry, row);
}

prometheus::Family<Gauge>& register_gauge(Registry& registry, const MetricRow& row) {
  return register_row(prometheus::BuildGauge(), registry, row);
}

prometheus::Family<Histogram>& register_histogram(Registry& registry, const MetricRow& row) {
  return register_row(prometheus::BuildHistogram(), registry, row);
}

std::string format_metrics(const Registry& registry) {
  registry.cells().publish();
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

std::string metrics_reference(std::span<const MetricRow> rows) {
  std::string text = "| Metric | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n";
  for (const MetricRow& row : rows) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.name, row.kind, row.labels, row.help);
  }
  return text;
}

}  // namespace weir::telemetry
