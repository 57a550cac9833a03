#include "app/node.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "admin/operator_handler.hpp"
#include "api/frontend.hpp"
#include "app/memory.hpp"
#include "app/welcome.hpp"
#include "auth/issue.hpp"
#include "auth/random.hpp"
#include "codec/hex.hpp"
#include "simulator/handler.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace asio = boost::asio;
namespace {

using SignalSet = asio::basic_signal_set<net::Executor>;

// How soon a change made by another process (`weir keys …`) takes effect.
constexpr std::chrono::milliseconds kStorePoll{250};
constexpr std::chrono::milliseconds kConfigPoll{500};
constexpr std::chrono::milliseconds kAdminDrain{1'000};
constexpr std::size_t kPoolThreads = 2;
constexpr std::size_t kResolverThreads = 4;
constexpr std::size_t kListBytes = 32 << 20;

std::size_t io_thread_count(int setting) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return setting > 0 ? static_cast<std::size_t>(setting) : cores;
}

// Of a process, for its own simulator.
Secret random_token() {
  std::array<std::uint8_t, 24> bytes{};
  auth::system_random(std::as_writable_bytes(std::span(bytes)));
  std::string text;
  codec::append_hex(text, bytes);
  return Secret(std::move(text));
}

bool is_simulator(const discovery::UpstreamSettings& upstream) {
  return upstream.kind == simulator::kKind;
}

std::shared_ptr<const api::Published> nothing_published() {
  static const std::vector<catalogue::Model> none;
  auto published = std::make_shared<api::Published>();
  published->catalogue = std::make_shared<const catalogue::Catalogue>(none, 0);
  published->lists =
      std::make_shared<catalogue::ListCache>(published->catalogue, catalogue::ListCache::Limits{});
  published->directory = Destinations().make({}, {});
  return published;
}

Settings with(const Overrides& overrides, Settings settings) {
  if (!overrides.listen.empty()) settings.server.listen = overrides.listen;
  if (!overrides.admin_listen.empty()) settings.server.admin_listen = overrides.admin_listen;
  return settings;
}

template <class T>
T on_thread(net::IoThread& thread, net::Task<T> task) {
  return asio::co_spawn(thread.executor(), std::move(task), asio::use_future).get();
}

}  // namespace

Node::Node(NodeOptions options)
    : overrides_(std::move(options.overrides)),
      settings_(with(overrides_, std::move(options.settings))),
      config_file_(std::move(options.config_file)),
      simulator_token_(random_token()),
      published_(nothing_published()),
      started_(settings_),
      server_settings_(started_.server),
      pool_(kPoolThreads),
      resolvers_(kResolverThreads) {}

// After a start that failed half-way; `stop` leaves nothing of this.
Node::~Node() {
  api_server_.reset();
  admin_server_.reset();
  simulator_server_.reset();
  if (signals_) control_->call([this] { signals_.reset(); });
}

Result<std::unique_ptr<Node>> Node::open(NodeOptions options) {
  std::unique_ptr<Node> node(new Node(std::move(options)));
  if (auto ok = node->open_keys(); !ok) return std::unexpected(std::move(ok.error()));
  node->publish_catalogue();
  if (auto ok = node->open_servers(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = node->open_simulator(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = node->create_first_key(); !ok) return std::unexpected(std::move(ok.error()));
  return node;
}

Result<> Node::open_keys() {
  auto opened = open_key_store(settings_, Missing::is_made);
  if (!opened) return std::unexpected(std::move(opened.error()));
  key_store_ = std::move(*opened);
  keyring_ = std::make_unique<auth::Keyring>(*key_store_.store, key_store_.pepper);
  if (auto ok = keyring_->configure(settings_.keys, monotonic_now()); !ok) return ok;
  if (auto read = keyring_->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  for (const auto& notice : keyring_->notices()) telemetry::log_warn(notice);
  return {};
}

Result<> Node::open_servers() {
  if (!settings_.log.access_log.empty()) {
    auto writer = telemetry::LineWriter::open(
        {.path = settings_.log.access_log,
         .flush = settings_.log.access_log_flush,
         .buffer_bytes = static_cast<std::size_t>(settings_.log.access_log_buffer_bytes)},
        registry_);
    if (!writer) return std::unexpected(std::move(writer.error()));
    access_log_ = std::move(*writer);
  }
  usage_ = std::make_unique<usage::Recorder>(
      static_cast<std::size_t>(settings_.usage.max_pending_rows), registry_);
  gateway_ = std::make_unique<gateway::Shared>(key_store_.pepper, resolvers_);
  services_ = std::make_unique<api::Services>(published_, *keyring_, pool_, registry_, *gateway_,
                                              *usage_, server_settings_.cors_allow_origins);
  control_ = std::make_unique<net::IoThread>("weir-control");
  control_->call([this] {
    signals_ = std::make_unique<SignalSet>(control_->executor(), SIGTERM, SIGINT, SIGHUP);
  });
  std::vector<net::IoThread*> threads;
  for (std::size_t i = 0; i < io_thread_count(server_settings_.threads); ++i) {
    io_threads_.push_back(std::make_unique<net::IoThread>(fmt::format("weir-io-{}", i)));
    threads.push_back(io_threads_.back().get());
  }

  const auto make_frontend = [this](int) -> std::unique_ptr<http::Handler> {
    auto* source = access_log_ ? &access_log_->add_source() : nullptr;
    return std::make_unique<api::Frontend>(*services_, source);
  };
  auto api_server = http::Server::open("api", server_settings_.listen, server_settings_, threads,
                                       make_frontend, registry_);
  if (!api_server) return std::unexpected(std::move(api_server.error()));
  api_server_ = std::move(*api_server);

  const auto make_operator = [this](int) -> std::unique_ptr<http::Handler> {
    admin::Sources sources{
        .ready = [this] { return ready_.load(); },
        .catalogue = [this] { return published_.load()->catalogue; },
        .upstreams = [this] { return refresher_->report(monotonic_now()); },
        .registry = registry_,
    };
    return std::make_unique<admin::OperatorHandler>(std::move(sources), server_settings_.admin_key);
  };
  auto admin_server = http::Server::open("admin", server_settings_.admin_listen, server_settings_,
                                         {control_.get()}, make_operator, registry_);
  if (!admin_server) return std::unexpected(std::move(admin_server.error()));
  admin_server_ = std::move(*admin_server);
  return {};
}

Result<> Node::open_simulator() {
  if (!config_file_.empty() && std::ranges::none_of(settings_.upstreams, is_simulator)) return {};
  const auto make_handler = [this](int) -> std::unique_ptr<http::Handler> {
    return std::make_unique<simulator::ScriptHandler>(started_.simulator, simulator_token_);
  };
  auto server = http::Server::open("simulator", "127.0.0.1:0", server_settings_, {control_.get()},
                                   make_handler, registry_);
  if (!server) return std::unexpected(std::move(server.error()));
  simulator_server_ = std::move(*server);
  return {};
}

Result<> Node::create_first_key() {
  if (!settings_.keys.empty()) return {};
  const auto keys = key_store_.store->list();
  if (!keys) return std::unexpected(keys.error());
  if (!keys->empty()) return {};  // revoked ones too: then somebody has decided
  auth::Digester digester = keyring_->make_digester();
  auth::KeyDraft draft;
  draft.name = "default";
  auto issued =
      auth::issue_key(*key_store_.store, digester, auth::system_random, draft, wall_now());
  if (!issued) return std::unexpected(std::move(issued.error()));
  if (auto read = keyring_->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  const auto text = welcome_text(net::format_endpoint(api_server_->endpoint()), issued->text,
                                 simulator_server_ != nullptr);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return {};
}

void Node::run() {
  start_background();
  ready_ = true;
  release_startup_pages();
  telemetry::log_info("listening",
                      {{"listen", net::format_endpoint(api_server_->endpoint())},
                       {"admin_listen", net::format_endpoint(admin_server_->endpoint())},
                       {"threads", io_threads_.size()},
                       {"models", published_.load()->catalogue->models().size()}});
  on_thread(*control_, watch_signals());
  stop();
}

void Node::start_background() {
  control_->call([this] {
    refresher_ = std::make_unique<discovery::Refresher>(
        control_->executor(), resolvers_, registry_,
        [this](auto listings) { take_listings(std::move(listings)); });
    ask_upstreams();
    watchers_ = std::make_unique<net::TaskGroup>(control_->executor());
    watchers_->spawn("watch store", watch_store());
    watchers_->spawn("flush usage", flush_usage());
    if (!config_file_.empty()) {
      watchers_->spawn("watch config", watch_config());
    } else {
      const std::vector<std::uint16_t> own_ports{api_server_->endpoint().port(),
                                                 admin_server_->endpoint().port()};
      scan_ = std::make_unique<discovery::LoopbackScan>(resolvers_, own_ports, [this](auto found) {
        found_upstreams_ = std::move(found);
        ask_upstreams();
        publish_catalogue();
      });
      watchers_->spawn("scan loopback", scan_->run(settings_.discovery.refresh_interval));
    }
  });
  if (simulator_server_) simulator_server_->start();
  admin_server_->start();
  api_server_->start();
}

void Node::stop() {
  telemetry::log_info("draining", {{"drain_timeout_ms", server_settings_.drain_timeout.count()}});
  ready_ = false;
  api_server_->stop(server_settings_.drain_timeout);
  control_->call([this] { watchers_->cancel(); });
  on_thread(*control_, watchers_->join());
  on_thread(*control_, refresher_->stop());
  admin_server_->stop(kAdminDrain);
  if (simulator_server_) simulator_server_->stop(kAdminDrain);
  // The calls have ended: what they used is complete.
  if (auto flushed = usage_->flush(*key_store_.store, wall_now()); !flushed) {
    telemetry::log_error("usage was lost", {{"detail", flushed.error().text()}});
  }
  // What holds a timer or a socket of the control thread goes there.
  control_->call([this] {
    signals_.reset();
    scan_.reset();
    refresher_.reset();
    watchers_.reset();
  });
  api_server_.reset();
  admin_server_.reset();
  simulator_server_.reset();
  for (auto& thread : io_threads_) thread->stop();
  control_->stop();
  telemetry::log_info("stopped");
}

void Node::take_listings(std::vector<catalogue::UpstreamListing> listings) {
  listings_ = std::move(listings);
  for (const auto& listing : listings_) {
    if (listing.reach == catalogue::Reach::up) destinations_.listed(listing.upstream);
  }
  publish_catalogue();
}

void Node::publish_catalogue() {
  // Its patterns take two milliseconds to make and most of a MiB to keep, and lists seldom change.
  const catalogue::Classifier classifier;
  const catalogue::Decide decide = [&classifier](const catalogue::ClassEvidence& evidence) {
    return classifier.decide(evidence);
  };
  auto published = std::make_shared<api::Published>();
  published->catalogue =
      catalogue::build(settings_.models, listings_, decide, ++catalogue_version_);
  published->settings = settings_.list;
  published->directory = destinations_.make(upstreams(), settings_.calls);
  const catalogue::ListCache::Limits limits{
      .max_lists = static_cast<std::size_t>(settings_.list.max_stored_lists),
      .max_bytes = kListBytes,
      .compress_above_bytes = static_cast<std::size_t>(settings_.list.compress_above_bytes)};
  published->lists = std::make_shared<catalogue::ListCache>(published->catalogue, limits);
  published_.publish(std::move(published));
  trim_heap();
}

void Node::ask_upstreams() { refresher_->apply(settings_.discovery, upstreams()); }

std::vector<discovery::UpstreamSettings> Node::upstreams() const {
  auto upstreams = settings_.upstreams;
  upstreams.insert(upstreams.end(), found_upstreams_.begin(), found_upstreams_.end());
  // A newcomer without an engine has something to call.
  if (config_file_.empty() && upstreams.empty()) {
    auto& demo = upstreams.emplace_back();
    demo.name = "demo";
    demo.kind = simulator::kKind;
  }
  std::erase_if(upstreams, [this](auto& upstream) {
    if (!is_simulator(upstream)) return false;
    if (simulator_server_) add_simulator(upstream);
    return !simulator_server_;
  });
  return upstreams;
}

void Node::add_simulator(discovery::UpstreamSettings& upstream) const {
  upstream.url = "http://" + net::format_endpoint(simulator_server_->endpoint());
  upstream.api_key = simulator_token_;
}

net::Task<> Node::watch_signals() {
  for (;;) {
    const auto [error, signal] = co_await signals_->async_wait(net::use_task);
    if (error) co_return;
    if (signal != SIGHUP) break;
    co_await reload("SIGHUP");
  }
  // From here on the signals do what they do by default: a second one ends the drain.
  // But not SIGHUP: log rotation must not cut answers off.
  boost::system::error_code ignored;
  signals_->clear(ignored);
  ::signal(SIGHUP, SIG_IGN);
}

net::Task<> Node::watch_config() {
  FileWatch watch(config_file_);
  for (;;) {
    co_await net::wait_for(kConfigPoll);
    if (watch.changed()) co_await reload("the file changed");
  }
}

net::Task<> Node::watch_store() {
  std::string last_problem;
  for (;;) {
    co_await net::wait_for(kStorePoll);
    auto read = [this] { return keyring_->refresh(monotonic_now()); };
    auto reading = pool_.run(read);
    const auto changed = co_await std::move(reading);
    const auto problem = changed ? std::string{} : changed.error().text();
    if (!problem.empty() && problem != last_problem) {
      telemetry::log_error("the key store cannot be read; the keys known stay valid",
                           {{"detail", problem}});
    }
    last_problem = problem;
    if (!changed || !*changed) continue;
    for (const auto& notice : keyring_->notices()) telemetry::log_warn(notice);
    telemetry::log_info("keys changed", {{"keys", keyring_->table()->entries().size()}});
  }
}

net::Task<> Node::flush_usage() {
  for (;;) {
    co_await net::wait_for(settings_.usage.flush_interval);
    auto flush = [this] { return usage_->flush(*key_store_.store, wall_now()); };
    auto flushing = pool_.run(flush);
    // It says itself when writing begins to fail, and keeps what it could not write.
    [[maybe_unused]] const auto flushed = co_await std::move(flushing);
  }
}

net::Task<> Node::reload(const char* why) {
  if (access_log_) {
    if (auto reopened = access_log_->reopen(); !reopened) {
      telemetry::log_error("the access log cannot be opened anew",
                           {{"detail", reopened.error().detail}});
    }
  }
  if (config_file_.empty()) {
    refresher_->refresh_now();
    co_return;
  }
  auto load = [path = config_file_] { return load_settings_file(path); };
  auto loading = pool_.run(load);
  auto loaded = co_await std::move(loading);
  if (loaded) {
    if (auto taken = take_settings(std::move(*loaded)); !taken) {
      telemetry::log_error("config refused; the last good one stays",
                           {{"problem", taken.error().detail}});
      co_return;
    }
    telemetry::log_info("config reloaded", {{"why", why}, {"file", config_file_.string()}});
    co_return;
  }
  for (const auto& problem : loaded.error()) {
    telemetry::log_error("config refused; the last good one stays",
                         {{"problem", config::format_problem(problem)}});
  }
}

Result<> Node::take_settings(Settings next) {
  next = with(overrides_, std::move(next));
  if (auto ok = keyring_->configure(next.keys, monotonic_now()); !ok) return ok;
  for (const auto& setting : restart_needed(started_, next)) {
    telemetry::log_warn("a setting takes effect at the next start", {{"setting", setting}});
  }
  for (const auto& notice : keyring_->notices()) telemetry::log_warn(notice);
  if (!simulator_server_ && std::ranges::any_of(next.upstreams, is_simulator)) {
    telemetry::log_warn("a setting takes effect at the next start",
                        {{"setting", "upstreams: kind simulator"}});
  }
  settings_ = std::move(next);
  telemetry::set_log_level(telemetry::parse_level(settings_.log.level));
  ask_upstreams();
  refresher_->refresh_now();
  publish_catalogue();
  return {};
}

}  // namespace weir::app
