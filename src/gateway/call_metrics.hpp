/// Call counts and durations, by the OpenTelemetry GenAI names in Prometheus form.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/errc.hpp"
#include "gateway/call_record.hpp"
#include "gateway/model_labels.hpp"
#include "telemetry/metrics.hpp"
#include "upstream/affinity.hpp"

namespace weir::gateway {

/// Source: OpenTelemetry semantic conventions for generative AI, metrics, 2026.
inline constexpr telemetry::MetricRow kTokenUsage{
    "gen_ai_client_token_usage", "histogram",
    "gen_ai_operation_name, gen_ai_request_model, gen_ai_token_type",
    "Tokens of a call, as reported by the upstream, by type (`input`, `output`)."};
inline constexpr telemetry::MetricRow kCallDuration{
    "gen_ai_server_request_duration_seconds", "histogram",
    "gen_ai_operation_name, gen_ai_request_model, error_type",
    "Time from receiving the request to the last byte of its answer; `error_type` is empty for a "
    "call that succeeded."};
inline constexpr telemetry::MetricRow kTimeToFirstToken{
    "gen_ai_server_time_to_first_token_seconds", "histogram",
    "gen_ai_operation_name, gen_ai_request_model",
    "Time from receiving the request to the first event of a streamed answer."};
inline constexpr telemetry::MetricRow kTimePerOutputToken{
    "gen_ai_server_time_per_output_token_seconds", "histogram",
    "gen_ai_operation_name, gen_ai_request_model",
    "Time between the tokens of a streamed answer, after the first."};
inline constexpr telemetry::MetricRow kCallOverhead{
    "weir_call_overhead_seconds", "histogram", "",
    "Time that Weir adds to a call: from receiving the request to forwarding it, and from the "
    "answer's first byte to forwarding that."};
inline constexpr telemetry::MetricRow kCallAttempts{"weir_call_attempts_total", "counter",
                                                    "upstream, outcome",
                                                    "Attempts at an upstream, by outcome."};
inline constexpr telemetry::MetricRow kCallsEstimated{
    "weir_calls_estimated_total", "counter", "",
    "Calls whose tokens are estimated, because the upstream reported no usage or only part of it."};
inline constexpr telemetry::MetricRow kUpstreamFaults{
    "weir_upstream_faults_total", "counter", "upstream, cause",
    "Errors of an upstream about Weir's account there (`key`, `credit`, `account`) or a model that "
    "it "
    "does not have (`model`), whatever their status."};
inline constexpr telemetry::MetricRow kCallAffinity{
    "weir_call_affinity_total", "counter", "result",
    "Attempts whose upstream was chosen by `calls.affinity`: at the one that comes first for the "
    "conversation or key (`followed`), or at the next, because the first had more than its share "
    "of "
    "the calls in flight or was full (`moved`)."};
inline constexpr telemetry::MetricRow kCallHedges{
    "weir_call_hedges_total", "counter", "result",
    "Calls that were sent to a second upstream because of `calls.hedge_after`, by whether it "
    "answered them (`won`) or not (`lost`)."};
inline constexpr std::array kCallMetrics{
    kTokenUsage,   kCallDuration,   kTimeToFirstToken, kTimePerOutputToken, kCallOverhead,
    kCallAttempts, kUpstreamFaults, kCallsEstimated,   kCallAffinity,       kCallHedges};

/// Caches the handles it has used. Models that `labels` does not admit are counted under `other`,
/// so that clients cannot make a label grow without bound.
///
/// Threads: one; the metrics behind it, and `labels`, are shared.
class CallMetrics {
 public:
  CallMetrics(telemetry::Registry& registry, ModelLabels& labels);

  /// `ended`: when the last byte of the answer was sent.
  void record(const CallRecord& record, std::optional<Errc> reason, MonotonicTime ended);
  void count_attempt(std::string_view upstream, std::string_view outcome);
  void count_fault(std::string_view upstream, std::string_view cause);
  void count_hedge(bool has_won) { (has_won ? won_ : lost_).Increment(); }
  /// REQUIRES: `result` is not none.
  void count_affinity(upstream::AffinityResult result) {
    (result == upstream::AffinityResult::followed ? followed_ : moved_).Increment();
  }

 private:
  struct PerModel {
    telemetry::HistogramCell* input = nullptr;
    telemetry::HistogramCell* output = nullptr;
    telemetry::HistogramCell* first_token = nullptr;
    telemetry::HistogramCell* per_token = nullptr;
    /// Indexed by Errc; the last is "".
    std::array<telemetry::HistogramCell*, kErrcCount + 1> durations{};
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using ByModel = std::unordered_map<std::string, PerModel, Hash, std::equal_to<>>;

  /// `label` becomes the model's name in metrics.
  [[nodiscard]] PerModel& of(catalogue::Endpoint endpoint, std::string_view model,
                             std::string_view& label);
  [[nodiscard]] telemetry::HistogramCell& duration_of(catalogue::Endpoint endpoint,
                                                      std::string_view model,
                                                      std::optional<Errc> reason);

  ModelLabels& model_labels_;
  telemetry::HistogramCells& cells_;
  prometheus::Family<telemetry::Histogram>& token_usage_;
  prometheus::Family<telemetry::Histogram>& duration_;
  prometheus::Family<telemetry::Histogram>& first_token_;
  prometheus::Family<telemetry::Histogram>& per_token_;
  prometheus::Family<telemetry::Counter>& attempts_;
  prometheus::Family<telemetry::Counter>& faults_;
  telemetry::HistogramCell& overhead_;
  telemetry::Counter& estimated_;
  telemetry::Counter& followed_;
  telemetry::Counter& moved_;
  telemetry::Counter& won_;
  telemetry::Counter& lost_;
  std::array<ByModel, catalogue::kEndpointCount> models_;
  std::unordered_map<std::string, telemetry::Counter*, Hash, std::equal_to<>> attempt_counters_;
  std::string attempt_key_;
};

}  // namespace weir::gateway
