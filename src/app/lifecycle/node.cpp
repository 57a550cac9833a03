// Construction of a Node: its parts, opened in order.
#include "app/lifecycle/node.hpp"

#include <algorithm>
#include <cstdio>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "admin/operator_handler.hpp"
#include "api/echo.hpp"
#include "app/lifecycle/first_key.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/lifecycle/welcome.hpp"
#include "auth/issue.hpp"
#include "auth/random.hpp"
#include "net/adopted_listener.hpp"
#include "simulator/handler.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr std::size_t kPoolThreads = 2;
constexpr std::size_t kStoreThreads = 1;  // calls of a store wait for one another
constexpr std::size_t kResolverThreads = 4;

std::size_t io_thread_count(int setting) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return setting > 0 ? static_cast<std::size_t>(setting) : cores;
}

// A successor serves at the addresses in its own settings, with inherited sockets where they match.
// Connections queued on a socket that it drops are answered by the old server.
void leave_elsewhere(std::vector<net::Descriptor>& sockets, const std::string& listen) {
  const auto wanted = net::parse_endpoint(listen);
  const auto is_elsewhere = [&](const net::Descriptor& socket) {
    const auto at = net::listening_at(socket);
    return !wanted || !at || at->address() != wanted->address() ||
           (wanted->port() != 0 && at->port() != wanted->port());
  };
  if (std::erase_if(sockets, is_elsewhere) > 0) {
    telemetry::log_warn("listening at another address than the previous server",
                        {{"listen", listen}});
  }
}

std::string describe(const gateway::FaultNote& note) {
  auto text = note.cause;
  if (!note.model.empty()) text += ": " + note.model;
  return text + fmt::format(" ({}{}{})", note.status, note.code.empty() ? "" : " ", note.code);
}

}  // namespace

Settings Overrides::over(Settings settings) const {
  if (!listen.empty()) settings.server.listen = listen;
  if (!admin_listen.empty()) settings.server.admin_listen = admin_listen;
  return settings;
}

Node::Node(NodeOptions options)
    : overrides_(std::move(options.overrides)),
      descriptors_(options.descriptors),
      inherited_(std::move(options.inherited)),
      successor_(std::move(options.successor)),
      service_(std::move(options.service)),
      settings_(overrides_.over(std::move(options.settings))),
      config_file_(std::move(options.config_file)),
      publisher_(settings_, config_file_.empty()),
      started_(settings_),
      server_settings_(started_.server),
      pool_(kPoolThreads),
      store_pool_(kStoreThreads),
      resolvers_(kResolverThreads) {}

// Only needed after a start that failed half-way; `stop` leaves nothing to destroy.
Node::~Node() {
  api_server_.reset();
  admin_server_.reset();
  simulator_server_.reset();
  if (signals_) control_->call([this] { signals_.reset(); });
}

Result<std::unique_ptr<Node>> Node::open(NodeOptions options) {
  std::unique_ptr<Node> node(new Node(std::move(options)));
  if (auto ok = node->open_keys(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = node->open_servers(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = node->open_simulator(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = node->create_first_key(); !ok) return std::unexpected(std::move(ok.error()));
  return node;
}

Result<> Node::open_keys() {
  auto opened = open_key_store(settings_, Missing::is_made);
  if (!opened) return std::unexpected(std::move(opened.error()));
  key_store_ = std::move(*opened);
  limit_file_ =
      std::make_unique<LimitFile>(LimitFile::path_beside(store_path(settings_)),
                                  static_cast<std::size_t>(settings_.usage.limit_file_bytes));
  keyring_ =
      std::make_unique<auth::Keyring>(*key_store_.store, key_store_.pepper, limit_file_->windows());
  if (auto ok = keyring_->configure(settings_.keys, monotonic_now()); !ok) return ok;
  if (auto read = keyring_->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  for (const auto& notice : keyring_->notices()) telemetry::log_warn(notice);
  warn_once(access_warnings(settings_));
  return {};
}

void Node::warn_once(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) {
    if (!warned_of_.insert(warning).second) continue;
    telemetry::log_warn("a file is accessible to other users", {{"problem", warning}});
  }
}

// Each process has its own limit: two servers during a takeover share nothing.
void Node::share_descriptors() {
  const auto threads = static_cast<std::int64_t>(io_thread_count(server_settings_.threads));
  const auto upstreams = static_cast<std::int64_t>(settings_.upstreams.size());
  const bool simulates =
      config_file_.empty() || std::ranges::any_of(settings_.upstreams, is_simulator);
  plan_ = plan_descriptors(
      {.limit = descriptors_.now,
       .io_threads = threads,
       .upstreams = upstreams,
       .calls = server_settings_.max_in_flight,
       .idle_connections = upstreams * threads * settings_.calls.max_idle_connections,
       .per_call = simulates ? 2 : 1,
       .max_connections = server_settings_.max_connections});
  telemetry::log_info("descriptors", {{"limit", descriptors_.now},
                                      {"limit_before", descriptors_.before},
                                      {"max_connections", plan_.max_connections},
                                      {"for_upstreams", plan_.upstreams}});
  if (!plan_.is_cut) return;
  telemetry::log_warn(
      "server.max_connections exceeds the limit on descriptors; raise the hard limit (systemd: "
      "LimitNOFILE) or lower the setting",
      {{"setting", server_settings_.max_connections},
       {"max_connections", plan_.max_connections},
       {"limit", descriptors_.now}});
}

Result<> Node::open_servers() {
  share_descriptors();
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
  keep_usage();
  gateway_ = std::make_unique<gateway::Shared>(gateway::RequestSeal(key_store_.pepper), resolvers_);
  gateway_->max_connections =
      static_cast<std::size_t>(plan_.upstreams) / io_thread_count(server_settings_.threads);
  services_ = std::make_unique<api::Services>(
      publisher_.published(), *keyring_, pool_, registry_, *gateway_, *usage_,
      server_settings_.cors_allow_origins, server_settings_.errors);
  control_ = std::make_unique<net::IoThread>("weir-control", &registry_);
  control_->call([this] {
    signals_ = std::make_unique<boost::asio::basic_signal_set<net::Executor>>(control_->executor(),
                                                                              SIGHUP);
    if (!successor_) install_signal_handlers();
  });
  gateway_->not_served = [this](const std::string& upstream, const std::string& model) {
    boost::asio::post(control_->executor(),
                      [this, upstream, model] { publisher_.not_served(upstream, model); });
  };
  std::vector<net::IoThread*> threads;
  for (std::size_t i = 0; i < io_thread_count(server_settings_.threads); ++i) {
    auto name = fmt::format("weir-io-{}", i);
    io_threads_.push_back(std::make_unique<net::IoThread>(std::move(name), &registry_));
    threads.push_back(io_threads_.back().get());
  }

  if (successor_) {
    leave_elsewhere(inherited_.api, server_settings_.listen);
    leave_elsewhere(inherited_.admin, server_settings_.admin_listen);
  }
  const auto make_frontend = [this](int) -> std::unique_ptr<http::Handler> {
    auto* source = access_log_ ? &access_log_->add_source() : nullptr;
    if (server_settings_.echo) return std::make_unique<api::EchoFrontend>(*services_, source);
    return std::make_unique<api::Frontend>(*services_, source);
  };
  if (auto ok = tls_.open(server_settings_.tls, registry_); !ok) return ok;
  auto api_server = http::Server::open(
      "api", http::ListenAt(server_settings_.listen, std::move(inherited_.api)), server_settings_,
      plan_.max_connections, threads, make_frontend, registry_, tls_.contexts());
  if (!api_server) return std::unexpected(std::move(api_server.error()));
  api_server_ = std::move(*api_server);

  const auto make_operator = [this](int) -> std::unique_ptr<http::Handler> {
    admin::Sources sources{
        .ready = [this] { return ready_.load(); },
        .first_lists_pending = [this] { return refresher_->first_lists_pending(monotonic_now()); },
        .catalogue = [this] { return publisher_.published().load()->catalogue; },
        .explain = [this](std::string_view id) { return publisher_.explain(id); },
        .upstreams = [this] { return upstream_reports(); },
        .registry = registry_,
    };
    return std::make_unique<admin::OperatorHandler>(std::move(sources), server_settings_.admin_key,
                                                    server_settings_.admin_hosts);
  };
  auto admin_server = http::Server::open(
      "admin", http::ListenAt(server_settings_.admin_listen, std::move(inherited_.admin)),
      server_settings_, plan_.admin_connections, {control_.get()}, make_operator, registry_);
  if (!admin_server) return std::unexpected(std::move(admin_server.error()));
  admin_server_ = std::move(*admin_server);
  return {};
}

// The usage that killed servers left is added to the store before anything is counted here.
void Node::keep_usage() {
  const auto path = store_path(settings_);
  usage_recovery_.emplace(path, usage_->writer());
  recover_usage();
  auto file =
      usage::JournalFile::create(path, usage_->writer(), io_thread_count(server_settings_.threads),
                                 static_cast<std::size_t>(settings_.usage.journal_bytes));
  if (file) {
    usage_->keep_in(std::move(*file));
    return;
  }
  telemetry::log_error("kill -9 may lose the usage of the last usage.flush_interval",
                       {{"detail", file.error().detail}});
}

void Node::recover_usage() { usage_waits_ = usage_recovery_->run(*key_store_.store, wall_now()); }

std::vector<discovery::UpstreamReport> Node::upstream_reports() const {
  const auto now = monotonic_now();
  auto reports = refresher_->report(now);
  for (auto& report : reports) {
    for (const auto& note : gateway_->faults.of(report.name, now)) {
      report.faults.push_back(describe(note));
    }
  }
  if (!scan_) return reports;
  for (auto& [upstream, reason] : scan_->not_accepted()) {
    auto& report = reports.emplace_back();
    report.name = std::move(upstream.name);
    report.kind = std::move(upstream.kind);
    report.url = std::move(upstream.url);
    report.not_accepted = std::move(reason);
  }
  return reports;
}

Result<> Node::open_simulator() {
  if (!config_file_.empty() && std::ranges::none_of(settings_.upstreams, is_simulator)) return {};
  const auto make_handler = [this](int) -> std::unique_ptr<http::Handler> {
    return std::make_unique<simulator::ScriptHandler>(started_.simulator,
                                                      publisher_.simulator_token());
  };
  auto server = http::Server::open("simulator", "127.0.0.1:0", server_settings_, plan_.upstreams,
                                   {control_.get()}, make_handler, registry_);
  if (!server) return std::unexpected(std::move(server.error()));
  simulator_server_ = std::move(*server);
  publisher_.simulator_at(simulator_server_->endpoint());
  return {};
}

// Prints the key to a terminal only: logs are kept, and read by others. The key is kept in its file
// before anything else can fail.
Result<> Node::create_first_key() {
  if (!settings_.keys.empty()) return {};
  const auto keys = key_store_.store->list();
  if (!keys) return std::unexpected(keys.error());
  if (!keys->empty()) return {};  // revoked ones too: the operator has made a decision
  const bool is_shown = ::isatty(STDERR_FILENO) == 1;
  std::optional<store::NewPrivateFile> file;
  if (!is_shown) {
    auto created = create_first_key_file(store_path(settings_));
    if (!created) return std::unexpected(std::move(created.error()));
    file.emplace(std::move(*created));
  }
  auth::Digester digester = keyring_->make_digester();
  auth::KeyDraft draft;
  draft.name = std::string(kFirstKeyName);
  auto issued =
      auth::issue_key(*key_store_.store, digester, auth::system_random, draft, wall_now());
  if (!issued) return std::unexpected(std::move(issued.error()));
  if (file) {
    if (auto kept = keep_first_key(*file, issued->text); !kept) return kept;
  }
  if (auto read = keyring_->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (file) return {};
  const auto text = welcome_text(
      (tls_.is_on() ? "https://" : "http://") + net::format_endpoint(api_server_->endpoint()),
      issued->text, simulator_server_ != nullptr);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return {};
}

}  // namespace weir::app
