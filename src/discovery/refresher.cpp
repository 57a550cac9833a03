#include "discovery/refresher.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "base/check.hpp"
#include "codec/glob.hpp"
#include "discovery/inquiry.hpp"
#include "telemetry/log.hpp"

namespace weir::discovery {
namespace asio = boost::asio;
namespace {

using std::chrono::duration_cast, std::chrono::milliseconds;

// Requests to one upstream that may be in flight at the same time.
constexpr std::size_t kLanes = 4;

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

bool is_wanted(const UpstreamSettings& upstream, const std::string& id) {
  return std::ranges::any_of(
      upstream.models, [&](const std::string& glob) { return codec::glob_matches(glob, id); });
}

// Applies the settings to a list: an empty one is an error, unwanted models are dropped, and the
// rest is truncated to `max_models`.
Result<Listing> taken_from(Listing listing, const UpstreamSettings& upstream,
                           std::size_t max_models) {
  auto& models = listing.models;
  if (models.empty()) return fail(Errc::upstream_list_empty, "it lists no models");
  std::erase_if(models, [&](const auto& model) { return !is_wanted(upstream, model.id); });
  if (models.size() > max_models) {
    models.resize(max_models);
    listing.truncated = true;
  }
  return listing;
}

bool no_answer(Errc code) {
  return code == Errc::deadline_exceeded || code == Errc::upstream_unreachable ||
         code == Errc::upstream_connect_timeout || code == Errc::connection_lost;
}

// One batch of requests, whose answers are passed to the inquiry as they arrive.
struct Batch {
  Batch(Inquiry& owner, std::vector<Ask> all) : inquiry(owner), asks(std::move(all)) {}
  Inquiry& inquiry;
  std::vector<Ask> asks;
  std::size_t next = 0;
};

net::Task<> run_lane(Asker& asker, const Target& target, Batch& batch, std::size_t max_bytes,
                     MonotonicTime deadline) {  // all outlive: Refresher::ask joins its lanes
  while (batch.next < batch.asks.size()) {
    const auto index = batch.next++;
    auto answer = co_await asker.send(target, batch.asks[index], max_bytes, deadline);
    batch.inquiry.answer(index, std::move(answer));
  }
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
        lanes(executor) {}

  UpstreamSettings settings;
  Target target;
  UpstreamState state;
  net::Timer wake;
  net::TaskGroup lanes;
  MonotonicTime asked_at;   ///< the request in progress, or the last one
  int unanswered = 0;       ///< requests in a row that were not answered at all
  bool from_start = false;  ///< created by the first `apply`
  bool asking = false;
  bool ask_again = false;
  bool stopped = false;

  void stop() {
    stopped = true;
    wake.cancel();
    lanes.cancel();
  }
};

Refresher::Refresher(net::Executor executor, net::WorkerPool& pool, telemetry::Registry& registry,
                     Publish publish, Listed listed, NotListed not_listed)
    : executor_(executor),
      asker_(pool),
      publish_(std::move(publish)),
      listed_(std::move(listed)),
      not_listed_(std::move(not_listed)),
      slot_free_(executor, MonotonicTime::max()),  // setting it again would wake every waiter
      metrics_{.refreshes = telemetry::register_counter(registry, kRefreshes),
               .models = telemetry::register_gauge(registry, kUpstreamModels),
               .up = telemetry::register_gauge(registry, kUpstreamUp),
               .unknown_words = telemetry::register_gauge(registry, kUpstreamUnknownWords),
               .truncated = telemetry::register_gauge(registry, kUpstreamTruncated)},
      tasks_(executor) {}

Refresher::~Refresher() = default;

std::shared_ptr<Refresher::Worker> Refresher::take_over(const Settings& settings,
                                                        const UpstreamSettings& upstream) {
  const Kind* kind = find_kind(upstream.kind);
  auto base = parse_base_url(upstream.url);
  CHECK(kind != nullptr && base.has_value());
  const auto timing = timing_of(settings, upstream, *kind);
  for (const auto& worker : workers_) {
    if (!same_upstream(worker->settings, upstream)) continue;
    worker->settings = upstream;
    worker->state.set_timing(timing);
    worker->wake.cancel();
    return worker;
  }
  auto worker = std::make_shared<Worker>(executor_, upstream, *kind, std::move(*base), timing);
  worker->from_start = !started_;
  // With a new key, for example, the list is requested again; until it arrives, the old one stays.
  for (const auto& before : workers_) {
    if (!same_server(before->settings, upstream)) continue;
    worker->from_start = before->from_start;
    worker->state = before->state;
    worker->state.set_timing(timing);
    worker->state.keep_models([&](const auto& model) { return is_wanted(upstream, model.id); });
    worker->state.ask_now();
  }
  tasks_.spawn("refresh", run(worker));
  return worker;
}

void Refresher::apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams) {
  settings_ = settings;
  std::vector<std::shared_ptr<Worker>> next;
  for (const auto& upstream : upstreams) next.push_back(take_over(settings, upstream));
  for (const auto& worker : workers_) {
    if (std::ranges::find(next, worker) != next.end()) continue;
    worker->stop();
    const auto& name = worker->settings.name;
    const bool renewed =
        std::ranges::any_of(next, [&](const auto& other) { return other->settings.name == name; });
    if (!renewed) forget_metrics(name);
  }
  workers_ = std::move(next);
  started_ = true;
  publish_soon();
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
  slot_free_.cancel();
  co_await tasks_.join();
  workers_.clear();
}

net::Task<> Refresher::run(std::shared_ptr<Worker> worker) {
  while (!worker->stopped) {
    if (worker->ask_again || monotonic_now() >= worker->state.ask_at()) {
      co_await refresh(*worker);
    }
    if (worker->stopped) co_return;
    publish_soon();
    worker->wake.expires_at(worker->state.wake_at(monotonic_now()));
    co_await worker->wake.async_wait(net::use_task);
  }
}

net::Task<> Refresher::refresh(Worker& worker) {  // worker: held by run
  while (asking_ >= settings_.max_concurrent && !worker.stopped) {
    co_await slot_free_.async_wait(net::use_task);
  }
  if (worker.stopped) co_return;
  ++asking_;
  worker.asking = true;
  worker.asked_at = monotonic_now();
  worker.ask_again = false;
  auto listing = co_await ask(worker);
  worker.asking = false;
  --asking_;
  slot_free_.cancel();
  if (!worker.stopped) record(worker, std::move(listing));
}

net::Task<Result<Listing>> Refresher::ask(Worker& worker) {
  const auto deadline = monotonic_now() + worker.settings.timeout.value_or(settings_.timeout);
  const auto max_bytes = static_cast<std::size_t>(settings_.max_answer_bytes);
  Inquiry inquiry(*worker.target.kind, wall_now(), worker.target.base,
                  worker.state.listing().api_root);
  for (;;) {
    Batch batch(inquiry, inquiry.next());
    if (batch.asks.empty() || worker.stopped) break;
    for (std::size_t lane = 0; lane < std::min(kLanes, batch.asks.size()); ++lane) {
      worker.lanes.spawn("ask", run_lane(asker_, worker.target, batch, max_bytes, deadline));
    }
    co_await worker.lanes.join();
  }
  auto listing = inquiry.listing();
  if (!listing) co_return std::unexpected(std::move(listing.error()));
  co_return taken_from(std::move(*listing), worker.settings,
                       static_cast<std::size_t>(settings_.max_models_per_upstream));
}

void Refresher::record(Worker& worker, Result<Listing> listing) {
  if (listing && worker.state.rejects(*listing, monotonic_now())) {
    listing = std::unexpected(*std::move(listing->broken_off));
  }
  const auto& name = worker.settings.name;
  const std::string reason{listing ? "ok" : describe(listing.error().code).slug};
  metrics_.refreshes.Add({{"upstream", name}, {"reason", reason}}).Increment();
  if (listing) {
    record_list(worker, std::move(*listing));
  } else {
    record_failure(worker, std::move(listing.error()));
  }
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
  worker.state.succeeded(std::move(listing), monotonic_now());
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

void Refresher::publish_soon() {
  if (publish_pending_) return;
  publish_pending_ = true;
  asio::post(executor_, [this] {
    publish_pending_ = false;
    const auto now = monotonic_now();
    std::vector<catalogue::UpstreamListing> listings;
    for (const auto& worker : workers_) {
      catalogue::UpstreamListing listing;
      listing.upstream = worker->settings.name;
      listing.reach = worker->state.reach(now);
      listing.api_root = worker->state.listing().api_root;
      listing.calls = callable(*worker->target.kind);
      listing.spelling = worker->target.kind->spelling;
      listing.models = worker->state.models();
      listings.push_back(std::move(listing));
    }
    if (published_ == listings) return;  // a new catalogue would have every list rendered again
    published_ = listings;
    publish_(std::move(listings));
  });
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
    if (worker->from_start && worker->state.pending(now)) names.push_back(worker->settings.name);
  }
  return names;
}

}  // namespace weir::discovery
