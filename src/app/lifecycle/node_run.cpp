// The run of a Node: background tasks, takeover, serving, handing over, stopping.
#include <algorithm>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "app/lifecycle/node.hpp"
#include "app/process/memory.hpp"
#include "app/process/memory_watch.hpp"
#include "app/process/watchdog.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds kAdminDrain{1'000};
// How long a successor waits for its upstreams' lists, and how often it checks.
constexpr std::chrono::seconds kFirstLists{15};
constexpr std::chrono::milliseconds kListPoll{10};
constexpr std::chrono::milliseconds kSilencePoll{250};

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
  telemetry::log_info("listening",
                      {{"listen", net::format_endpoint(api_server_->endpoint())},
                       {"admin_listen", net::format_endpoint(admin_server_->endpoint())},
                       {"threads", io_threads_.size()},
                       {"models", publisher_.published().load()->catalogue->models().size()}});
  if (server_settings_.echo) {
    telemetry::log_warn("any client may use / and /echo, which return the request body",
                        {{"setting", "server.echo"}});
  }
  service_.ready(status());
  on_thread(*control_, watch_signals());
  stop();
  return {};
}

std::string Node::status() const {
  return fmt::format("serving {} models at {}",
                     publisher_.published().load()->catalogue->models().size(),
                     net::format_endpoint(api_server_->endpoint()));
}

// The old server's clients must not get an empty list just because this server is new. A signal
// while it waits ends this process at once; the old server goes on.
Result<> Node::take_over() {
  if (!successor_) return {};
  on_thread(*control_, know_lists());
  control_->call([this] { install_signal_handlers(); });
  const auto before = successor_->predecessor();
  auto announced = successor_->announce();
  successor_.reset();  // closes the connection: an old server that is to go on learns it now
  if (!announced) return announced;
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
  control_->call([this] {
    refresher_ = std::make_unique<discovery::Refresher>(
        control_->executor(), resolvers_, registry_,
        [this](auto listings) { publisher_.take_listings(std::move(listings)); },
        [this](const auto& upstream) { publisher_.listed(upstream); },
        [this](const auto& upstream, const auto& failure) { list_failed(upstream, failure); });
    ask_upstreams();
    watchers_ = std::make_unique<net::TaskGroup>(control_->executor());
    handing_over_ = std::make_unique<net::TaskGroup>(control_->executor());
    watchers_->spawn("watch store", watch_store());
    watchers_->spawn("flush usage", flush_usage());
    watchers_->spawn("watch silence", watch_silence());
    const auto memory_limit = memory_limit_bytes(server_settings_.memory_limit_bytes);
    if (memory_limit > 0) {
      watchers_->spawn("watch memory", watch_memory(*api_server_, memory_limit, pool_, registry_));
    }
    if (tls_.is_on()) watchers_->spawn("watch certificate", watch_certificate());
    if (!config_file_.empty()) {
      watchers_->spawn("watch config", watch_config());
    } else {
      const std::vector<std::uint16_t> own_ports{api_server_->endpoint().port(),
                                                 admin_server_->endpoint().port()};
      scan_ = std::make_unique<discovery::LoopbackScan>(resolvers_, own_ports, [this](auto found) {
        publisher_.take_found(std::move(found));
        ask_upstreams();
        publisher_.publish();
      });
      watchers_->spawn("scan loopback", scan_->run(settings_.discovery.refresh_interval));
    }
    if (const auto interval = service_.watchdog()) {
      watchers_->spawn("feed watchdog", feed_watchdog(service_, *interval, io_threads_));
    }
  });
  if (simulator_server_) simulator_server_->start();
}

net::Task<> Node::flush_usage() {
  for (;;) {
    co_await net::wait_for(settings_.usage.flush_interval);
    auto flush = [this] {
      limit_file_->keep();
      if (usage_waits_) recover_usage();
      return usage_->flush(*key_store_.store, wall_now());
    };
    auto flushing = store_pool_.run(flush);
    // flush logs when writing begins to fail, and keeps rows that could not be written.
    [[maybe_unused]] const auto flushed = co_await std::move(flushing);
  }
}

// A process that hangs behind an open port accepts connections and answers nothing, its list
// included.
net::Task<> Node::watch_silence() {
  for (;;) {
    co_await net::wait_for(kSilencePoll);
    for (const auto& upstream : publisher_.silent()) refresher_->refresh_now(upstream);
  }
}

// An upstream that has answered anything since the list was requested is not silent.
void Node::list_failed(const std::string& upstream, const discovery::Refresher::Failure& failure) {
  const auto known = publisher_.list_failed(upstream, failure.is_unanswered);
  const int needed = settings_.calls.silent_lists;
  if (!known || !failure.is_unanswered || needed == 0 || failure.in_a_row < needed) return;
  if (known->last_heard() >= failure.began) return;
  gateway_->waiting.end(known, failure.began);
}

void Node::start_servers() {
  admin_server_->start();
  api_server_->start();
}

// An early successor gets ECONNREFUSED.
void Node::await_successor() {
  const auto& path = server_settings_.takeover_socket;
  if (path.empty()) return;
  auto listener = net::LocalListener::open(path);
  if (!listener) {
    telemetry::log_error("takeover is not possible", {{"detail", listener.error().detail}});
    return;
  }
  const Predecessor::Sockets sockets{api_server_->sockets(), admin_server_->sockets()};
  predecessor_ = std::make_unique<Predecessor>(std::move(*listener), sockets,
                                               [this](auto successor) { leave_to(successor); });
  control_->call([this] { handing_over_->spawn("await successor", predecessor_->run()); });
}

void Node::leave_to(std::int64_t successor) {
  telemetry::log_info("another server takes over", {{"pid", successor}});
  service_.main_pid(successor);
  taken_over_ = true;
  boost::system::error_code ignored;
  signals_->cancel(ignored);
}

// A signal that arrives before watch_signals waits for it.
void Node::install_signal_handlers() {
  signals_->add(SIGTERM);
  signals_->add(SIGINT);
}

net::Task<> Node::watch_signals() {
  while (!taken_over_) {
    const auto [error, signal] = co_await signals_->async_wait(net::use_task);
    if (error || signal != SIGHUP) break;
    service_.reloading(monotonic_now());
    co_await reload("SIGHUP");
    service_.ready(status());
  }
  // From here on the signals have their default effect: a second one ends the drain. SIGHUP is an
  // exception: log rotation must not cut answers off.
  boost::system::error_code ignored;
  signals_->clear(ignored);
  ::signal(SIGHUP, SIG_IGN);
}

void Node::stop() {
  const bool served = ready_.exchange(false);
  if (served) {
    telemetry::log_info("draining", {{"drain_timeout_ms", server_settings_.drain_timeout.count()}});
  }
  // No socket is passed from here on; their numbers may be reused.
  control_->call([this] { handing_over_->cancel(); });
  on_thread(*control_, handing_over_->join());
  // The admin address belongs to the successor now. Nobody waits for this process, so persistent
  // connections get the whole time for another request, whose answer closes them.
  if (taken_over_) admin_server_->begin_stop(kAdminDrain, kAdminDrain);
  const auto idle =
      taken_over_ ? server_settings_.drain_timeout : server_settings_.drain_idle_timeout;
  // If it has not served, another process is the service, and goes on.
  if (served && !taken_over_) service_.stopping();
  api_server_->stop(server_settings_.drain_timeout, idle);
  control_->call([this] { watchers_->cancel(); });
  on_thread(*control_, watchers_->join());
  on_thread(*control_, refresher_->stop());
  admin_server_->stop(kAdminDrain);
  if (simulator_server_) simulator_server_->stop(kAdminDrain);
  // All calls have ended: their usage is complete.
  const auto flushed = usage_->flush(*key_store_.store, wall_now());
  if (const bool is_kept = usage_->close_file(); !flushed) {
    telemetry::log_error(
        is_kept ? "usage was not written; the next start does it" : "usage was lost",
        {{"detail", flushed.error().text()}});
  }
  limit_file_->keep(!taken_over_);
  // Objects with a timer or a socket of the control thread are destroyed there.
  control_->call([this] {
    signals_.reset();
    scan_.reset();
    refresher_.reset();
    predecessor_.reset();
    handing_over_.reset();
    watchers_.reset();
  });
  api_server_.reset();
  admin_server_.reset();
  simulator_server_.reset();
  for (auto& thread : io_threads_) thread->stop();
  control_->stop();
  telemetry::log_info("stopped");
}

}  // namespace weir::app
