/// Requests every upstream's list in the background, and publishes the results.
///
/// Each upstream has its own coroutine, deadline and back-off, so none can delay another; no
/// client's request ever waits here. A list that repeats the last one costs a comparison of its
/// bytes, whatever the number of other upstreams. Decisions are in upstream_state.hpp and
/// inquiry.hpp; this is the I/O around them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/build.hpp"
#include "discovery/asker.hpp"
#include "discovery/round.hpp"
#include "discovery/settings.hpp"
#include "discovery/upstream_state.hpp"
#include "net/socket.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/metrics.hpp"

namespace weir::discovery {

/// The state of one upstream for the operator: `weir upstreams`.
struct UpstreamReport {
  std::string name;
  std::string kind;
  std::string url;
  catalogue::Reach reach;
  bool pending = false;  ///< its first list has not arrived
  std::size_t models = 0;
  bool truncated = false;                        ///< the upstream has more models than were
                                                 ///< accepted
  std::vector<std::string> unknown_words;        ///< from typed fields of the last good list
  int failures = 0;                              ///< consecutive
  std::string last_error;                        ///< "slug: detail", empty after a success
  std::optional<std::chrono::milliseconds> age;  ///< of the last good list
  std::chrono::milliseconds next_refresh{0};
  /// Faults that calls met and the operator must mend, as "cause (status code)" or
  /// "cause: model (status code)".
  std::vector<std::string> faults;
  /// Why it is none, of an engine that was found and not accepted (loopback_findings.hpp).
  std::string not_accepted;
};

inline constexpr telemetry::MetricRow kRefreshes{
    "weir_upstream_refreshes_total", "counter", "upstream, reason",
    "Refreshes of an upstream's list, by result (`ok` or the error)."};
inline constexpr telemetry::MetricRow kUpstreamModels{
    "weir_upstream_models", "gauge", "upstream", "Models in the last good list of an upstream."};
inline constexpr telemetry::MetricRow kUpstreamUp{
    "weir_upstream_up", "gauge", "upstream", "1 if the last refresh of the upstream succeeded."};
inline constexpr telemetry::MetricRow kUpstreamUnknownWords{
    "weir_upstream_unknown_words", "gauge", "upstream",
    "Words in typed fields of an upstream's last good list that Weir does not know; they are "
    "ignored. At most 16 are counted."};
inline constexpr telemetry::MetricRow kUpstreamTruncated{
    "weir_upstream_list_truncated", "gauge", "upstream",
    "1 if the upstream has more models than its last good list contains."};
inline constexpr std::array kRefresherMetrics{kRefreshes, kUpstreamModels, kUpstreamUp,
                                              kUpstreamUnknownWords, kUpstreamTruncated};

/// Threads:      its executor's.
/// Lifetime:     `stop` before destruction.
/// Cancellation: `stop` cancels pending refreshes.
class Refresher {
 public:
  /// Called after each change of a listing, on the executor's thread.
  using Changed = std::function<void()>;

  /// Called with an upstream's name each time its list has arrived, changed or not, on the
  /// executor's thread.
  using Listed = std::function<void(const std::string& upstream)>;

  /// Called with an upstream's name, and when the request began, each time its list could not be
  /// had although it was had before, or because the upstream did not answer. On the executor's
  /// thread.
  struct Failure {
    MonotonicTime began;
    bool is_unanswered = false;
    int in_a_row = 1;  ///< requests that were not answered; 0 if this one was
  };
  using NotListed = std::function<void(const std::string& upstream, const Failure& failure)>;

  /// Hosts are resolved by `resolvers`; long answers are read by `readers`.
  Refresher(net::Executor executor, net::WorkerPool& resolvers, net::WorkerPool& readers,
            telemetry::Registry& registry, Changed changed, Listed listed,
            NotListed not_listed = {});
  ~Refresher();

  /// Starts, or applies new settings: an unchanged upstream keeps its state.
  /// REQUIRES: kinds and URLs have been checked.
  void apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams);

  /// Requests all lists now, except those already being requested.
  void refresh_now();
  /// The same for one upstream.
  void refresh_now(std::string_view upstream);

  [[nodiscard]] net::Task<> stop();

  [[nodiscard]] std::vector<UpstreamReport> report(MonotonicTime now) const;

  /// All listings in configured order.
  [[nodiscard]] std::vector<catalogue::UpstreamListing> listings() const;
  /// How many changes they include.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Clients are served the listings with the first `changes`.
  void published(std::uint64_t changes) { published_ = changes; }

  /// The upstreams of the first `apply` whose first lists are still awaited, or not yet published.
  /// Those added by a later `apply` are not included.
  [[nodiscard]] std::vector<std::string> first_lists_pending(MonotonicTime now) const;

 private:
  struct Worker;

  struct Metrics {
    prometheus::Family<telemetry::Counter>& refreshes;
    prometheus::Family<telemetry::Gauge>& models;
    prometheus::Family<telemetry::Gauge>& up;
    prometheus::Family<telemetry::Gauge>& unknown_words;
    prometheus::Family<telemetry::Gauge>& truncated;
  };

  [[nodiscard]] std::shared_ptr<Worker> take_over(const Settings& settings,
                                                  const UpstreamSettings& upstream,
                                                  const std::shared_ptr<Worker>& before);
  [[nodiscard]] net::Task<> run(std::shared_ptr<Worker> worker);
  [[nodiscard]] net::Task<> refresh(std::shared_ptr<Worker> worker);
  void record(Worker& worker, Round round);
  void record_list(Worker& worker, Listing listing);
  void record_repetition(Worker& worker);
  void record_failure(Worker& worker, Error error);
  /// True if the worker's listing differs from the last one that was noticed.
  [[nodiscard]] bool notice(Worker& worker);
  void leave_slot();
  void forget_metrics(const std::string& upstream);

  net::Executor executor_;
  Asker asker_;
  net::WorkerPool& readers_;
  Changed changed_;
  Listed listed_;
  NotListed not_listed_;
  Settings settings_;
  std::vector<std::shared_ptr<Worker>> workers_;
  bool started_ = false;  ///< the first `apply` has been called
  int asking_ = 0;
  std::deque<std::shared_ptr<Worker>> queue_;  ///< those that wait to be asked
  std::uint64_t changes_ = 0;
  std::uint64_t published_ = 0;
  Metrics metrics_;
  net::TaskGroup tasks_;
};

}  // namespace weir::discovery
