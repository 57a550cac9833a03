#include "discovery/refresher.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/check.hpp"
#include "telemetry/log.hpp"

namespace weir::discovery {
namespace asio = boost::asio;
namespace {

using std::chrono::duration_cast, std::chrono::milliseconds;

RefreshTiming timing_of(const Settings& settings, const UpstreamSettings& upstream,
                        const Kind& kind) {
  return {.interval =
              upstream.refresh_interval.value_or(settings.refresh_interval * kind.refresh_every),
          .backoff_max = settings.backoff_max,
          .grace = settings.grace,
          .first_list = settings.timeout};
}

bool same_server(const UpstreamSettings& a, const UpstreamSettings& b) {
  return a.name == b.name && a.kind == b.kind && a.url == b.url;
}

bool same_upstream(const UpstreamSettings& a, const UpstreamSettings& b) {
  return same_server(a, b) && a.api_key.reveal() == b.api_key.reveal() && a.models == b.models &&
         a.tls() == b.tls();
}

bool no_answer(Errc code) {
  return code == Errc::deadline_exceeded || code == Errc::upstream_unreachable ||
         code == Errc::upstream_connect_timeout || code == Errc::connection_lost;
}

}  // namespace

struct Refresher::Worker {
  Worker(net::Executor executor, UpstreamSettings given, const Kind& kind, BaseUrl base,
         RefreshTiming timing)
      : settings(std::move(given)),
        target{
            .base = std::move(base), .kind = &kind, .key = settings.api_key, .tls = settings.tls()},
        state(timing, monotonic_now()),
        wake(executor),
        turn(executor, MonotonicTime::max()),
        lanes(executor) {}

  UpstreamSettings settings;
  Target target;
  UpstreamState state;
  net::Timer wake;
  net::Timer turn;  ///< cancelled once the worker may ask
  net::TaskGroup lanes;
  RoundRecordPtr last_round;  ///< the one in which the list was found; null: it is read again
  std::optional<catalogue::UpstreamListing> noticed;
  std::uint64_t known_since = 0;  ///< the change in which its state was first known
  MonotonicTime asked_at;         ///< the request in progress, or the last one
  int unanswered = 0;             ///< requests in a row that were not answered at all
  bool from_start = false;        ///< created by the first `apply`
  bool asking = false;
  bool ask_again = false;
  bool may_ask = false;
  bool stopped = false;

  [[nodiscard]] catalogue::UpstreamListing listing(MonotonicTime now) const {
    catalogue::UpstreamListing listing;
    listing.upstream = settings.name;
    listing.reach = state.reach(now);
    listing.api_root = state.listing().api_root;
    listing.calls = callable(*target.kind);
    listing.spelling = target.kind->spelling;
    listing.models = state.models();
    return listing;
  }

  void stop() {
    stopped = true;
    wake.cancel();
    turn.cancel();
    lanes.cancel();
  }
};

Refresher::Refresher(net::Executor executor, net::WorkerPool& resolvers, net::WorkerPool& readers,
                     telemetry::Registry& registry, Changed changed, Listed listed,
                     NotListed not_listed)
    : executor_(executor),
      asker_(resolvers),
      readers_(readers),
      changed_(std::move(changed)),
      listed_(std::move(listed)),
      not_listed_(std::move(not_listed)),
      metrics_{.refreshes = telemetry::register_counter(registry, kRefreshes),
               .models = telemetry::register_gauge(registry, kUpstreamModels),
               .up = telemetry::register_gauge(registry, kUpstreamUp),
               .unknown_words = telemetry::register_gauge(registry, kUpstreamUnknownWords),
               .truncated = telemetry::register_gauge(registry, kUpstreamTruncated)},
      tasks_(executor) {}

Refresher::~Refresher() = default;

std::shared_ptr<Refresher::Worker> Refresher::take_over(const Settings& settings,
                                                        const UpstreamSettings& upstream,
                                                        const std::shared_ptr<Worker>& before) {
  const Kind* kind = find_kind(upstream.kind);
  auto base = parse_base_url(upstream.url);
  CHECK(kind != nullptr && base.has_value());
  const auto timing = timing_of(settings, upstream, *kind);
  if (before && same_upstream(before->settings, upstream)) {
    before->settings = upstream;
    before->state.set_timing(timing);
    before->wake.cancel();
    return before;
  }
  auto worker = std::make_shared<Worker>(executor_, upstream, *kind, std::move(*base), timing);
  worker->from_start = !started_;
  // With a new key, for example, the list is requested again; until it arrives, the old one stays.
  if (before && same_server(before->settings, upstream)) {
    worker->known_since = before->known_since;
    worker->from_start = before->from_start;
    worker->state = before->state;
    worker->state.set_timing(timing);
    worker->state.keep_models(
        [&](const auto& model) { return is_wanted(upstream.models, model.id); });
    worker->state.ask_now();
  }
  tasks_.spawn("refresh", run(worker));
  return worker;
}

void Refresher::apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams) {
  if (settings.max_models_per_upstream != settings_.max_models_per_upstream) {
    for (const auto& worker : workers_) worker->last_round.reset();
  }
  settings_ = settings;
  std::unordered_map<std::string, std::shared_ptr<Worker>> before;
  for (const auto& worker : workers_) before.emplace(worker->settings.name, worker);
  std::vector<std::shared_ptr<Worker>> next;
  std::unordered_set<const Worker*> kept;
  std::unordered_set<std::string_view> names;
  for (const auto& upstream : upstreams) {
    const auto found = before.find(upstream.name);
    next.push_back(take_over(settings, upstream, found == before.end() ? nullptr : found->second));
    kept.insert(next.back().get());
    names.insert(upstream.name);
  }
  for (const auto& worker : workers_) {
    if (kept.contains(worker.get())) continue;
    worker->stop();
    if (!names.contains(worker->settings.name)) forget_metrics(worker->settings.name);
  }
  bool is_other = workers_ != next;
  if (is_other) ++changes_;
  workers_ = std::move(next);
  started_ = true;
  for (const auto& worker : workers_) is_other = notice(*worker) || is_other;
  if (is_other) changed_();
}

// Removes the metrics: otherwise an alert on a removed upstream would never end.
void Refresher::forget_metrics(const std::string& upstream) {
  for (auto* gauges :
       {&metrics_.models, &metrics_.up, &metrics_.unknown_words, &metrics_.truncated}) {
    gauges->Remove(&gauges->Add({{"upstream", upstream}}));
  }
}

void Refresher::refresh_now(std::string_view upstream) {
  for (const auto& worker : workers_) {
    if (worker->settings.name != upstream || worker->asking) continue;
    worker->ask_again = true;
    worker->wake.cancel();
  }
}

void Refresher::refresh_now() {
  for (const auto& worker : workers_) {
    worker->ask_again = !worker->asking;
    worker->wake.cancel();
  }
}

net::Task<> Refresher::stop() {
  for (const auto& worker : workers_) worker->stop();
  co_await tasks_.join();
  workers_.clear();
}

net::Task<> Refresher::run(std::shared_ptr<Worker> worker) {
  while (!worker->stopped) {
    if (worker->ask_again || monotonic_now() >= worker->state.ask_at()) co_await refresh(worker);
    if (worker->stopped) co_return;
    if (notice(*worker)) changed_();
    worker->wake.expires_at(worker->state.wake_at(monotonic_now()));
    co_await worker->wake.async_wait(net::use_task);
  }
}

net::Task<> Refresher::refresh(std::shared_ptr<Worker> worker) {
  if (asking_ >= settings_.max_concurrent) {
    queue_.push_back(worker);
    while (!worker->may_ask && !worker->stopped) co_await worker->turn.async_wait(net::use_task);
    if (!worker->may_ask) std::erase(queue_, worker);
  } else {
    ++asking_;
    worker->may_ask = true;
  }
  if (!std::exchange(worker->may_ask, false)) co_return;
  if (worker->stopped) {
    leave_slot();
    co_return;
  }
  worker->asking = true;
  worker->asked_at = monotonic_now();
  worker->ask_again = false;
  RoundPlan plan{.target = &worker->target,
                 .wanted = worker->settings.models,
                 .api_root = worker->state.listing().api_root,
                 .last = worker->last_round,
                 .max_answer_bytes = static_cast<std::size_t>(settings_.max_answer_bytes),
                 .max_models = static_cast<std::size_t>(settings_.max_models_per_upstream),
                 .deadline = monotonic_now() + worker->settings.timeout.value_or(settings_.timeout),
                 .lanes = &worker->lanes,
                 .stopped = &worker->stopped};
  auto asking = ask_round(asker_, readers_, std::move(plan));
  auto round = co_await std::move(asking);
  worker->asking = false;
  leave_slot();
  if (!worker->stopped) record(*worker, std::move(round));
}

// Passes the slot to the worker that has waited longest.
void Refresher::leave_slot() {
  --asking_;
  while (asking_ < settings_.max_concurrent && !queue_.empty()) {
    const auto next = std::move(queue_.front());
    queue_.pop_front();
    ++asking_;
    next->may_ask = true;
    next->turn.cancel();
  }
}

void Refresher::record(Worker& worker, Round round) {
  auto& listing = round.listing;
  if (listing && worker.state.rejects(*listing, monotonic_now())) {
    listing = std::unexpected(*std::move(listing->broken_off));
  }
  const auto& name = worker.settings.name;
  const std::string reason{listing ? "ok" : describe(listing.error().code).slug};
  metrics_.refreshes.Add({{"upstream", name}, {"reason", reason}}).Increment();
  if (round.is_repeated) {
    record_repetition(worker);
  } else if (listing) {
    const bool is_whole = !listing->broken_off && !listing->unanswered;
    record_list(worker, std::move(*listing));
    worker.last_round = is_whole ? std::move(round.record) : nullptr;
  } else {
    record_failure(worker, std::move(listing.error()));
  }
}

void Refresher::record_repetition(Worker& worker) {
  const auto& name = worker.settings.name;
  if (worker.state.failures() > 0) {
    metrics_.up.Add({{"upstream", name}}).Set(1);
    telemetry::log_info("upstream listed",
                        {{"upstream", name}, {"models", worker.state.models().size()}});
  }
  worker.unanswered = 0;
  worker.state.repeated(monotonic_now());
  listed_(name);
}

void Refresher::record_list(Worker& worker, Listing listing) {
  const auto& name = worker.settings.name;
  metrics_.up.Add({{"upstream", name}}).Set(1);
  metrics_.models.Add({{"upstream", name}}).Set(static_cast<double>(listing.models.size()));
  metrics_.unknown_words.Add({{"upstream", name}})
      .Set(static_cast<double>(listing.unknown_words.size()));
  metrics_.truncated.Add({{"upstream", name}}).Set(listing.truncated ? 1 : 0);
  if (worker.state.failures() > 0 || !worker.state.last_success()) {
    telemetry::log_info("upstream listed", {{"upstream", name}, {"models", listing.models.size()}});
  }
  if (listing.truncated && !worker.state.listing().truncated) {
    telemetry::log_warn("upstream list truncated",
                        {{"upstream", name}, {"models", listing.models.size()}});
  }
  worker.unanswered = 0;
  const auto before = worker.state.models();
  worker.state.succeeded(std::move(listing), monotonic_now());
  // The last owner of thousands of rows takes milliseconds to destroy them.
  readers_.post([before] {});
  listed_(name);
}

void Refresher::record_failure(Worker& worker, Error error) {
  const auto& name = worker.settings.name;
  const std::string reason{describe(error.code).slug};
  const auto& last = worker.state.last_error();
  if (error.code == Errc::overloaded) {
    if (!last || last->code != Errc::overloaded) {
      telemetry::log_warn("upstream list not requested",
                          {{"upstream", name}, {"reason", reason}, {"detail", error.detail}});
    }
    worker.state.could_not_ask(std::move(error), monotonic_now());
    return;
  }
  metrics_.up.Add({{"upstream", name}}).Set(0);
  if (worker.state.failures() == 0) {
    telemetry::log_warn("upstream list failed", {{"upstream", name},
                                                 {"reason", reason},
                                                 {"detail", error.detail},
                                                 {"kept_models", worker.state.models().size()}});
  }
  const bool is_unanswered = no_answer(error.code);
  worker.unanswered = is_unanswered ? worker.unanswered + 1 : 0;
  const bool is_first = worker.state.failures() == 0 && worker.state.last_success();
  worker.state.failed(std::move(error), monotonic_now());
  if (not_listed_ && (is_unanswered || is_first)) {
    not_listed_(
        name,
        {.began = worker.asked_at, .is_unanswered = is_unanswered, .in_a_row = worker.unanswered});
  }
}

bool Refresher::notice(Worker& worker) {
  auto listing = worker.listing(monotonic_now());
  if (worker.noticed == listing)
    return false;  // a new catalogue would have every list rendered again
  const bool is_known = listing.reach != catalogue::Reach::unknown;
  worker.noticed = std::move(listing);
  ++changes_;
  if (is_known && worker.known_since == 0) worker.known_since = changes_;
  return true;
}

std::vector<catalogue::UpstreamListing> Refresher::listings() const {
  std::vector<catalogue::UpstreamListing> listings;
  listings.reserve(workers_.size());
  for (const auto& worker : workers_) listings.push_back(*worker->noticed);
  return listings;
}

std::vector<UpstreamReport> Refresher::report(MonotonicTime now) const {
  std::vector<UpstreamReport> reports;
  for (const auto& worker : workers_) {
    const UpstreamState& state = worker->state;
    UpstreamReport report;
    report.name = worker->settings.name;
    report.kind = worker->settings.kind;
    report.url = worker->settings.url;
    report.reach = state.reach(now);
    report.pending = state.pending(now);
    report.models = state.models().size();
    report.truncated = state.listing().truncated;
    report.unknown_words = state.listing().unknown_words;
    report.failures = state.failures();
    if (state.last_error()) report.last_error = state.last_error()->text();
    if (state.last_success()) report.age = duration_cast<milliseconds>(now - *state.last_success());
    report.next_refresh = duration_cast<milliseconds>(state.until_asked(now));
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<std::string> Refresher::first_lists_pending(MonotonicTime now) const {
  std::vector<std::string> names;
  for (const auto& worker : workers_) {
    const bool is_pending = worker->state.pending(now) || worker->known_since > published_;
    if (worker->from_start && is_pending) names.push_back(worker->settings.name);
  }
  return names;
}

}  // namespace weir::discovery
