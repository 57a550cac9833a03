#include "gateway/call_metrics.hpp"

#include <chrono>

#include "dialect/endpoint.hpp"

namespace weir::gateway {
namespace {

using Buckets = telemetry::Histogram::BucketBoundaries;
using Labels = prometheus::Labels;

// Bucket boundaries recommended by the conventions.
const Buckets kTokenBuckets{1,     4,     16,     64,      256,     1024,     4096,
                            16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
const Buckets kDurationBuckets{0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                               1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
const Buckets kFirstTokenBuckets{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                 0.25,  0.5,   0.75, 1.0,  2.5,  5.0,  7.5,  10.0};
const Buckets kPerTokenBuckets{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,
                               0.3,  0.4,   0.5,  0.75,  1.0, 2.5};
const Buckets kOverheadBuckets{0.000005, 0.00001, 0.000025, 0.00005, 0.0001,
                               0.00025,  0.0005,  0.001,    0.005,   0.025};

constexpr std::string_view kOther = "other";

double seconds(MonotonicClock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

CallMetrics::CallMetrics(telemetry::Registry& registry, ModelLabels& labels)
    : model_labels_(labels),
      cells_(registry.cells()),
      token_usage_(telemetry::register_histogram(registry, kTokenUsage)),
      duration_(telemetry::register_histogram(registry, kCallDuration)),
      first_token_(telemetry::register_histogram(registry, kTimeToFirstToken)),
      per_token_(telemetry::register_histogram(registry, kTimePerOutputToken)),
      attempts_(telemetry::register_counter(registry, kCallAttempts)),
      faults_(telemetry::register_counter(registry, kUpstreamFaults)),
      overhead_(
          cells_.add(telemetry::register_histogram(registry, kCallOverhead), {}, kOverheadBuckets)),
      estimated_(telemetry::register_counter(registry, kCallsEstimated).Add({})),
      followed_(telemetry::register_counter(registry, kCallAffinity).Add({{"result", "followed"}})),
      moved_(telemetry::register_counter(registry, kCallAffinity).Add({{"result", "moved"}})),
      won_(telemetry::register_counter(registry, kCallHedges).Add({{"result", "won"}})),
      lost_(telemetry::register_counter(registry, kCallHedges).Add({{"result", "lost"}})) {}

CallMetrics::PerModel& CallMetrics::of(catalogue::Endpoint endpoint, std::string_view model,
                                       std::string_view& label) {
  auto& models = models_[static_cast<std::size_t>(endpoint)];
  auto found = models.find(model);
  if (found == models.end()) {
    if (model != kOther && !model_labels_.admits(endpoint, model)) model = kOther;
    found = models.try_emplace(std::string(model)).first;
  }
  label = found->first;
  return found->second;
}

// An error that is one too many for its model's name is counted under `other`.
telemetry::HistogramCell& CallMetrics::duration_of(catalogue::Endpoint endpoint,
                                                   std::string_view model,
                                                   std::optional<Errc> reason) {
  if (reason && model != kOther && !model_labels_.admits(endpoint, model, *reason)) {
    std::string_view other;
    auto*& duration = of(endpoint, kOther, other).durations[static_cast<std::size_t>(*reason)];
    if (duration == nullptr) duration = &duration_of(endpoint, other, reason);
    return *duration;
  }
  const auto slug = reason ? describe(*reason).slug : std::string_view{};
  return cells_.add(duration_,
                    {{"gen_ai_operation_name", std::string(dialect::of(endpoint).operation)},
                     {"gen_ai_request_model", std::string(model)},
                     {"error_type", std::string(slug)}},
                    kDurationBuckets);
}

void CallMetrics::record(const CallRecord& record, std::optional<Errc> reason,
                         MonotonicTime ended) {
  const auto endpoint = *record.endpoint;
  std::string_view model;
  PerModel& handles = of(endpoint, record.model, model);
  const auto labels = [&](const char* name, std::string value) {
    Labels all{{"gen_ai_operation_name", std::string(dialect::of(endpoint).operation)},
               {"gen_ai_request_model", std::string(model)}};
    if (name != nullptr) all.emplace(name, std::move(value));
    return all;
  };
  auto*& duration = handles.durations[reason ? static_cast<std::size_t>(*reason) : kErrcCount];
  if (duration == nullptr) duration = &duration_of(endpoint, model, reason);
  duration->observe(seconds(ended - record.received));

  const auto observe_tokens = [&](telemetry::HistogramCell*& histogram, const char* type,
                                  std::optional<std::int64_t> tokens) {
    if (!tokens) return;
    if (histogram == nullptr) {
      histogram = &cells_.add(token_usage_, labels("gen_ai_token_type", type), kTokenBuckets);
    }
    histogram->observe(static_cast<double>(*tokens));
  };
  observe_tokens(handles.input, "input", record.usage.input);
  observe_tokens(handles.output, "output", record.usage.output);
  if (record.estimated) estimated_.Increment();
  if (record.overhead.count() > 0) overhead_.observe(seconds(record.overhead));

  if (!record.streamed || record.first_event == MonotonicTime{}) return;
  if (handles.first_token == nullptr) {
    handles.first_token = &cells_.add(first_token_, labels(nullptr, {}), kFirstTokenBuckets);
  }
  handles.first_token->observe(seconds(record.first_event - record.received));
  const auto tokens = record.usage.output.value_or(static_cast<std::int64_t>(record.events));
  if (tokens < 2 || record.complete == MonotonicTime{}) return;
  if (handles.per_token == nullptr) {
    handles.per_token = &cells_.add(per_token_, labels(nullptr, {}), kPerTokenBuckets);
  }
  handles.per_token->observe(seconds(record.complete - record.first_event) /
                             static_cast<double>(tokens - 1));
}

void CallMetrics::count_attempt(std::string_view upstream, std::string_view outcome) {
  attempt_key_.assign(upstream).append(1, '\n').append(outcome);
  auto found = attempt_counters_.find(std::string_view(attempt_key_));
  if (found == attempt_counters_.end()) {
    auto& counter =
        attempts_.Add({{"upstream", std::string(upstream)}, {"outcome", std::string(outcome)}});
    found = attempt_counters_.emplace(attempt_key_, &counter).first;
  }
  found->second->Increment();
}

void CallMetrics::count_fault(std::string_view upstream, std::string_view cause) {
  faults_.Add({{"upstream", std::string(upstream)}, {"cause", std::string(cause)}}).Increment();
}

}  // namespace weir::gateway
