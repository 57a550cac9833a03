#include "api/request_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace weir::api {
namespace {

// Seconds. A stored list takes microseconds; the upper buckets are for an overloaded server.
const telemetry::Histogram::BucketBoundaries kBuckets{
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 1};

}  // namespace

RequestMetrics::RequestMetrics(telemetry::Registry& registry)
    : cells_(registry.cells()),
      requests_(telemetry::register_counter(registry, kRequests)),
      durations_(telemetry::register_histogram(registry, kRequestDuration)) {}

RequestMetrics::PerRoute& RequestMetrics::of(std::string_view label) {
  const auto found = std::ranges::find(routes_, label, &PerRoute::label);
  return found != routes_.end() ? *found : routes_.emplace_back(label);
}

void RequestMetrics::record(const http::Exchange& exchange) {
  PerRoute& route = of(exchange.route);
  const std::size_t outcome =
      exchange.reason ? static_cast<std::size_t>(*exchange.reason) : kErrcCount;
  auto*& counter = route.outcomes[outcome];
  if (counter == nullptr) {
    const std::string label{exchange.route};
    const std::string reason{exchange.reason ? describe(*exchange.reason).slug : "ok"};
    counter = &requests_.Add({{"route", label}, {"reason", reason}});
  }
  if (route.duration == nullptr)
    route.duration = &cells_.add(durations_, {{"route", std::string(exchange.route)}}, kBuckets);
  counter->Increment();
  route.duration->observe(std::chrono::duration<double>(exchange.ended - exchange.started).count());
}

}  // namespace weir::api
