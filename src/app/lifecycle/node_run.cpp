// The run of a Node: background tasks, takeover, serving, handing over, stopping.
#include <algorithm>
#include <cstdio>
#include <signal.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "app/lifecycle/node.hpp"
#include "app/process/memory.hpp"
#include "app/process/memory_watch.hpp"
#include "app/process/watchdog.hpp"
#include "app/process/write_watch.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds kAdminDrain{1'000};
// How long a successor waits for its upstreams' lists, and how often it checks.
constexpr std::chrono::seconds kFirstLists{15};
// How long the first screen waits for them.
constexpr std::chrono::seconds kScreenLists{3};
constexpr std::chrono::milliseconds kListPoll{10};
constexpr std::chrono::milliseconds kSilencePoll{250};
// Changes that come within this time of a publication are published together. It bounds the work
// while hundreds of upstreams list for the first time, and nobody notices the delay.
constexpr std::chrono::milliseconds kBetweenPublications{100};
// Former catalogues are released this often, as long as requests may be using one.
constexpr std::chrono::seconds kReleasePoll{1};

// SQLite's write-ahead log: every change of the store is first written there.
std::filesystem::path store_log(const Settings& settings) { return store_path(settings) + "-wal"; }

template <class T>
T on_thread(net::IoThread& thread, net::Task<T> task) {
  return boost::asio::co_spawn(thread.executor(), std::move(task), boost::asio::use_future).get();
}

}  // namespace

Result<> Node::run() {
  start_background();
  if (auto ok = take_over(); !ok) {
    stop();
    return ok;
  }
  await_successor();  // a server that answers can already be succeeded
  start_servers();
  ready_ = true;
  release_startup_pages();
  if (servers_.ollama) {
    telemetry::log_info("listening for clients without a key",
                        {{"listen", net::format_endpoint(servers_.ollama->endpoint())}});
  }
  telemetry::log_info("listening",
                      {{"listen", net::format_endpoint(servers_.api->endpoint())},
                       {"admin_listen", net::format_endpoint(servers_.admin->endpoint())},
                       {"threads", threads_.io.size()},
                       {"models", publisher_.published().load()->catalogue->models().size()}});
  if (start_.settings.ollama.open_to_network) {
    telemetry::log_warn("anyone who reaches the listener may call models without a key",
                        {{"setting", "ollama.open_to_network"}});
  }
  if (start_.settings.server.echo) {
    telemetry::log_warn("any client may use / and /echo, which return the request body",
                        {{"setting", "server.echo"}});
  }
  start_.service.ready(status());
  if (start_.screen) {
    threads_.control->call([this] { background_.watchers->spawn("show screen", show_screen()); });
  }
  on_thread(*threads_.control, watch_signals());
  stop();
  return {};
}

net::Task<> Node::show_screen() {
  const auto deadline = monotonic_now() + kScreenLists;
  do {  // the scan of this machine may still find engines
    co_await net::wait_for(kSilencePoll);
  } while (monotonic_now() < deadline && !publisher_.all_listed());
  auto screen = *start_.screen;
  const auto* scheme = servers_.tls.is_on() ? "https" : "http";
  screen.url = fmt::format("{}://{}", scheme, net::format_endpoint(servers_.api->endpoint()));
  screen.admin_url = operation_.facts.admin_url;
  screen.login = operation_.login;
  if (servers_.ollama) screen.keyless = net::format_endpoint(servers_.ollama->endpoint());
  screen.models = publisher_.published().load()->catalogue->models().size();
  screen.upstreams = upstream_reports();
  const auto text = start_screen(screen);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string Node::status() const {
  return fmt::format("serving {} models at {}",
                     publisher_.published().load()->catalogue->models().size(),
                     net::format_endpoint(servers_.api->endpoint()));
}

// The old server's clients must not get an empty list just because this server is new. A signal
// while it waits ends this process at once; the old server goes on.
Result<> Node::take_over() {
  if (!handover_.successor) return {};
  on_thread(*threads_.control, know_lists());
  threads_.control->call([this] { install_signal_handlers(); });
  const auto before = handover_.successor->predecessor();
  auto announced = handover_.successor->announce();
  handover_.successor
      .reset();  // closes the connection: an old server that is to go on learns it now
  if (!announced) return announced;
  keep_login_link();  // until now the file was the old server's
  telemetry::log_info("took over", {{"pid", before}});
  return {};
}

net::Task<> Node::know_lists() {
  const auto deadline = monotonic_now() + kFirstLists;
  while (monotonic_now() < deadline && !publisher_.all_listed()) {
    co_await net::wait_for(kListPoll);
  }
}

void Node::start_background() {
  threads_.control->call([this] {
    background_.refresher = std::make_unique<discovery::Refresher>(
        threads_.control->executor(), pools_.resolvers, pools_.catalogue, telemetry_.registry,
        [this] { background_.publish_due->cancel(); },
        [this](const auto& upstream) { publisher_.listed(upstream); },
        [this](const auto& upstream, const auto& failure) { list_failed(upstream, failure); });
    background_.health = std::make_unique<discovery::HealthChecks>(
        threads_.control->executor(), pools_.resolvers,
        [this](const auto& upstream, const auto& finding) { found_health(upstream, finding); });
    background_.publish_due =
        std::make_unique<net::Timer>(threads_.control->executor(), MonotonicTime::max());
    publisher_.defer([this] { background_.publish_due->cancel(); });
    ask_upstreams();
    background_.watchers = std::make_unique<net::TaskGroup>(threads_.control->executor());
    handover_.tasks = std::make_unique<net::TaskGroup>(threads_.control->executor());
    background_.store_due = std::make_unique<net::Timer>(threads_.control->executor());
    background_.watchers->spawn("watch store", watch_store());
    background_.watchers->spawn("watch writes", watch_writes(store_log(settings_), [this] {
                                  background_.store_written = true;
                                  background_.store_due->cancel();
                                }));
    background_.watchers->spawn("flush usage", flush_usage());
    background_.watchers->spawn("watch silence", watch_silence());
    background_.watchers->spawn("publish changes", publish_changes());
    const auto memory_limit = memory_limit_bytes(start_.settings.server.memory_limit_bytes);
    if (memory_limit > 0) {
      std::vector<http::Server*> servers{servers_.api.get()};
      if (servers_.ollama) servers.push_back(servers_.ollama.get());
      background_.watchers->spawn(
          "watch memory",
          watch_memory(std::move(servers), memory_limit, pools_.general, telemetry_.registry));
    }
    if (servers_.tls.is_on() || servers_.admin_tls.is_on()) {
      background_.watchers->spawn("watch certificates", watch_certificates());
    }
    background_.watchers->spawn("sample calls", sample_calls());
    if (!start_.config_file.empty()) {
      background_.watchers->spawn("watch config", watch_config());
    } else {
      const std::vector<std::uint16_t> own_ports{servers_.api->endpoint().port(),
                                                 servers_.admin->endpoint().port()};
      background_.scan = std::make_unique<discovery::LoopbackScan>(
          pools_.resolvers, own_ports, [this](auto found) {
            publisher_.take_found(std::move(found));
            ask_upstreams();
            publisher_.publish();
          });
      background_.watchers->spawn("scan loopback",
                                  background_.scan->run(settings_.discovery.refresh_interval));
    }
    if (const auto interval = start_.service.watchdog()) {
      background_.watchers->spawn("feed watchdog",
                                  feed_watchdog(start_.service, *interval, threads_.io));
    }
  });
  if (servers_.simulator) servers_.simulator->start();
}

// Only begin and finish run here: the control thread also answers /healthz, and reads the
// upstreams' answers within their deadlines.
net::Task<> Node::publish_changes() {
  std::uint64_t taken = 0;
  for (auto& due = *background_.publish_due;;) {
    if (const auto changes = background_.refresher->changes(); changes > taken) {
      publisher_.take_listings(background_.refresher->listings());
      taken = changes;
    }
    if (!publisher_.is_due()) {
      const auto later =
          publisher_.has_former() ? monotonic_now() + kReleasePoll : MonotonicTime::max();
      due.expires_at(later);
      co_await due.async_wait(net::use_task);
      pools_.catalogue.post([unused = publisher_.take_unused()]() mutable {
        if (unused.empty()) return;
        unused.clear();
        trim_heap();
      });
      continue;
    }
    auto make = [this, draft = publisher_.begin()] { return publisher_.make(draft); };
    auto making = pools_.catalogue.run(std::move(make));
    publisher_.finish(co_await std::move(making));
    background_.refresher->published(taken);
    co_await net::wait_for(kBetweenPublications);
  }
}

// A process that hangs behind an open port accepts connections and answers nothing, its list
// included.
net::Task<> Node::watch_silence() {
  for (;;) {
    co_await net::wait_for(kSilencePoll);
    for (const auto& upstream : publisher_.silent()) background_.refresher->refresh_now(upstream);
    background_.health->ask_due(
        [this](const auto& upstream, auto silence) {
          return publisher_.is_silent(upstream, silence);
        },
        settings_.calls.health_interval, monotonic_now());
  }
}

// An upstream that has answered anything since the list was requested is not silent.
void Node::list_failed(const std::string& upstream, const discovery::Refresher::Failure& failure) {
  const auto known = publisher_.list_failed(upstream, failure.is_unanswered);
  const int needed = settings_.calls.silent_lists;
  if (!known || !failure.is_unanswered || needed == 0 || failure.in_a_row < needed) return;
  if (known->last_heard() >= failure.began) return;
  api_.gateway->waiting.end(known, failure.began);
}

// An engine that no longer takes connections may still answer what it has begun, and a single
// failure may be that of a proxy in front of it. One that has answered a call since it was asked is
// not dead.
void Node::found_health(const std::string& upstream,
                        const discovery::HealthChecks::Finding& finding) {
  using enum discovery::HealthAnswer;
  const bool may_work = finding.answer == alive || finding.answer == absent;
  const auto known = publisher_.found_health(upstream, may_work);
  const int needed = settings_.calls.silent_lists;
  if (!known || needed == 0 || finding.in_a_row < needed) return;
  if (known->last_heard() >= finding.began) return;
  api_.gateway->waiting.end(known, finding.began);
}

void Node::start_servers() {
  servers_.admin->start();
  servers_.api->start();
  if (servers_.ollama) servers_.ollama->start();
}

// An early successor gets ECONNREFUSED.
void Node::await_successor() {
  const auto& path = start_.settings.server.takeover_socket;
  if (path.empty()) return;
  auto listener = net::LocalListener::open(path);
  if (!listener) {
    telemetry::log_error("takeover is not possible", {{"detail", listener.error().detail}});
    return;
  }
  const Predecessor::Sockets sockets{servers_.api->sockets(), servers_.admin->sockets()};
  handover_.predecessor = std::make_unique<Predecessor>(
      std::move(*listener), sockets, [this](auto successor) { leave_to(successor); });
  threads_.control->call(
      [this] { handover_.tasks->spawn("await successor", handover_.predecessor->run()); });
}

void Node::leave_to(std::int64_t successor) {
  telemetry::log_info("another server takes over", {{"pid", successor}});
  start_.service.main_pid(successor);
  handover_.is_done = true;
  boost::system::error_code ignored;
  threads_.signals->cancel(ignored);
}

// A signal that arrives before watch_signals waits for it.
void Node::install_signal_handlers() {
  threads_.signals->add(SIGTERM);
  threads_.signals->add(SIGINT);
}

// A successor has the same address, so there is nothing for a load balancer to notice.
net::Task<> Node::await_balancers() {
  const auto delay = start_.settings.server.drain_delay;
  if (delay.count() == 0 || handover_.is_done) co_return;
  is_leaving_ = true;
  start_.service.stopping();
  telemetry::log_info("not ready any more", {{"drain_delay_ms", delay.count()}});
  net::Timer end(threads_.control->executor(), delay);
  end.async_wait([this](const boost::system::error_code& error) {
    boost::system::error_code ignored;
    if (!error) threads_.signals->cancel(ignored);
  });
  for (;;) {
    const auto [error, signal] = co_await threads_.signals->async_wait(net::use_task);
    if (error || signal != SIGHUP) break;
  }
}

net::Task<> Node::watch_signals() {
  while (!handover_.is_done) {
    const auto [error, signal] = co_await threads_.signals->async_wait(net::use_task);
    if (error || signal != SIGHUP) break;
    start_.service.reloading(monotonic_now());
    co_await reload("SIGHUP");
    start_.service.ready(status());
  }
  co_await await_balancers();
  // From here on the signals have their default effect: a second one ends the drain. SIGHUP is an
  // exception: log rotation must not cut answers off.
  boost::system::error_code ignored;
  threads_.signals->clear(ignored);
  ::signal(SIGHUP, SIG_IGN);
}

void Node::stop() {
  const bool served = ready_.exchange(false);
  if (served) {
    telemetry::log_info("draining",
                        {{"drain_timeout_ms", start_.settings.server.drain_timeout.count()}});
  }
  // No socket is passed from here on; their numbers may be reused.
  threads_.control->call([this] { handover_.tasks->cancel(); });
  on_thread(*threads_.control, handover_.tasks->join());
  // The admin address belongs to the successor now. Nobody waits for this process, so persistent
  // connections get the whole time for another request, whose answer closes them.
  if (handover_.is_done) servers_.admin->begin_stop(kAdminDrain, kAdminDrain);
  const auto idle = handover_.is_done ? start_.settings.server.drain_timeout
                                      : start_.settings.server.drain_idle_timeout;
  // If it has not served, another process is the service, and goes on.
  if (served && !handover_.is_done) start_.service.stopping();
  if (servers_.ollama) servers_.ollama->begin_stop(start_.settings.server.drain_timeout, idle);
  servers_.api->stop(start_.settings.server.drain_timeout, idle);
  if (servers_.ollama) servers_.ollama->stop(start_.settings.server.drain_timeout, idle);
  threads_.control->call([this] { background_.watchers->cancel(); });
  on_thread(*threads_.control, background_.watchers->join());
  on_thread(*threads_.control, background_.refresher->stop());
  on_thread(*threads_.control, background_.health->stop());
  servers_.admin->stop(kAdminDrain);
  if (servers_.simulator) servers_.simulator->stop(kAdminDrain);
  // All calls have ended: their usage is complete.
  const auto flushed = usage_.recorder->flush(*keys_.opened.store, wall_now());
  if (const bool is_kept = usage_.recorder->close_file(); !flushed) {
    telemetry::log_error(
        is_kept ? "usage was not written; the next start does it" : "usage was lost",
        {{"detail", flushed.error().text()}});
  }
  keys_.limits->keep(!handover_.is_done);
  // Objects with a timer or a socket of the control thread are destroyed there.
  threads_.control->call([this] {
    threads_.signals.reset();
    background_.scan.reset();
    background_.refresher.reset();
    background_.publish_due.reset();
    background_.store_due.reset();
    background_.health.reset();
    handover_.predecessor.reset();
    handover_.tasks.reset();
    background_.watchers.reset();
  });
  servers_.api.reset();
  servers_.ollama.reset();
  servers_.admin.reset();
  servers_.simulator.reset();
  for (auto& thread : threads_.io) thread->stop();
  threads_.control->stop();
  telemetry::log_info("stopped");
}

}  // namespace weir::app
