// Construction of a Node: its parts, opened in order.
#include "app/lifecycle/node.hpp"

#include <algorithm>
#include <cstdio>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "api/echo.hpp"
#include "app/lifecycle/first_key.hpp"
#include "app/lifecycle/listen_error.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/lifecycle/welcome.hpp"
#include "app/process/memory_limit.hpp"
#include "app/process/memory_watch.hpp"
#include "auth/issue.hpp"
#include "auth/random.hpp"
#include "net/adopted_listener.hpp"
#include "simulator/handler.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

std::size_t io_thread_count(int setting) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return setting > 0 ? static_cast<std::size_t>(setting) : cores;
}

// The playground's calls run on the control thread.
constexpr std::size_t kForConsole = 1;

// Each has usage of its own.
std::size_t handler_count(const Settings& settings) {
  const auto threads = io_thread_count(settings.server.threads);
  return (settings.ollama.listen.empty() ? threads : 2 * threads) + kForConsole;
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

std::unexpected<Error> cannot_listen(Error error, bool is_inherited, ListenerOf listener) {
  if (is_inherited) return std::unexpected(std::move(error));
  return std::unexpected(with_advice(std::move(error), listener));
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
    : start_{.overrides = options.overrides,
             .descriptors = options.descriptors,
             .service = std::move(options.service),
             .screen = std::move(options.screen),
             .config_file = std::move(options.config_file),
             .settings = options.overrides.over(std::move(options.settings))},
      settings_(start_.settings),
      publisher_(settings_, start_.config_file.empty()),
      handover_{.inherited = std::move(options.inherited),
                .successor = std::move(options.successor)} {}

// Only needed after a start that failed half-way; `stop` leaves nothing to destroy.
Node::~Node() {
  servers_.api.reset();
  servers_.ollama.reset();
  servers_.admin.reset();
  servers_.simulator.reset();
  if (threads_.signals) threads_.control->call([this] { threads_.signals.reset(); });
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
  keys_.opened = std::move(*opened);
  keys_.limits =
      std::make_unique<LimitFile>(LimitFile::path_beside(store_path(settings_)),
                                  static_cast<std::size_t>(settings_.usage.limit_file_bytes));
  keys_.ring = std::make_unique<auth::Keyring>(*keys_.opened.store, keys_.opened.pepper,
                                               keys_.limits->windows());
  if (auto ok = keys_.ring->configure(settings_.keys, monotonic_now()); !ok) return ok;
  if (auto read = keys_.ring->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  for (const auto& notice : keys_.ring->notices()) telemetry::log_warn(notice);
  warn_once(access_warnings(settings_));
  return {};
}

void Node::warn_once(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) {
    if (!telemetry_.warned_of.insert(warning).second) continue;
    telemetry::log_warn("a file is accessible to other users", {{"problem", warning}});
  }
}

// Each process has its own limit: two servers during a takeover share nothing.
void Node::share_descriptors() {
  const auto threads = static_cast<std::int64_t>(io_thread_count(start_.settings.server.threads));
  const auto upstreams = static_cast<std::int64_t>(settings_.upstreams.size());
  const auto memory = usable_bytes(start_.settings.server.memory_limit_bytes);
  const bool simulates =
      start_.config_file.empty() || std::ranges::any_of(settings_.upstreams, is_simulator);
  servers_.plan = plan_descriptors(
      {.limit = start_.descriptors.now,
       .io_threads = threads,
       .upstreams = upstreams,
       .calls = start_.settings.server.max_in_flight,
       .memory_bytes = static_cast<std::int64_t>(memory),
       .idle_connections = upstreams * threads * settings_.calls.max_idle_connections,
       .per_call = simulates ? 2 : 1,
       .max_connections = start_.settings.server.max_connections});
  servers_.settings = start_.settings.server;
  servers_.settings.max_in_flight = servers_.plan.calls;
  telemetry::log_info("descriptors", {{"limit", start_.descriptors.now},
                                      {"limit_before", start_.descriptors.before},
                                      {"max_connections", servers_.plan.max_connections},
                                      {"max_in_flight", servers_.plan.calls},
                                      {"for_upstreams", servers_.plan.upstreams}});
  if (!servers_.plan.is_cut) return;
  telemetry::log_warn(
      "server.max_connections exceeds the limit on descriptors; raise the hard limit (systemd: "
      "LimitNOFILE) or lower the setting",
      {{"setting", start_.settings.server.max_connections},
       {"max_connections", servers_.plan.max_connections},
       {"limit", start_.descriptors.now}});
}

Result<> Node::open_servers() {
  share_descriptors();
  if (!settings_.log.access_log.empty()) {
    auto writer = telemetry::LineWriter::open(
        {.path = settings_.log.access_log,
         .flush = settings_.log.access_log_flush,
         .buffer_bytes = static_cast<std::size_t>(settings_.log.access_log_buffer_bytes)},
        telemetry_.registry);
    if (!writer) return std::unexpected(std::move(writer.error()));
    telemetry_.access_log = std::move(*writer);
  }
  usage_.recorder = std::make_unique<usage::Recorder>(
      static_cast<std::size_t>(settings_.usage.max_pending_rows), telemetry_.registry);
  keep_usage();
  api_.gateway = std::make_unique<gateway::Shared>(gateway::RequestSeal(keys_.opened.pepper),
                                                   pools_.resolvers, pools_.bodies);
  const auto memory = usable_bytes(start_.settings.server.memory_limit_bytes);
  api_.gateway->body_memory.set_default(body_bytes_of(memory));
  telemetry::log_info("memory", {{"bytes", memory}, {"for_bodies", body_bytes_of(memory)}});
  // Each listener of calls has connections of its own on each thread. The console has few calls at
  // once, and takes as few connections.
  const auto callers = static_cast<std::int64_t>(handler_count(start_.settings) - kForConsole);
  api_.gateway->max_connections = static_cast<std::size_t>(
      std::max<std::int64_t>(1, (servers_.plan.upstreams - console_calls()) / callers));
  api_.services = std::make_unique<api::Services>(
      publisher_.published(), *keys_.ring, pools_.general, telemetry_.registry, *api_.gateway,
      *usage_.recorder, start_.settings.server.cors_allow_origins, start_.settings.server.errors);
  api_.services->front_page.has_tls = start_.settings.server.tls.enabled();
  operation_.calls = std::make_unique<telemetry::CallLog>(
      static_cast<std::size_t>(start_.settings.log.recent_calls));
  api_.services->calls = operation_.calls.get();
  threads_.control = std::make_unique<net::IoThread>("weir-control", &telemetry_.registry);
  threads_.control->call([this] {
    threads_.signals = std::make_unique<boost::asio::basic_signal_set<net::Executor>>(
        threads_.control->executor(), SIGHUP);
    if (!handover_.successor) install_signal_handlers();
  });
  api_.gateway->not_served = [this](const std::string& upstream, const std::string& model) {
    boost::asio::post(threads_.control->executor(),
                      [this, upstream, model] { publisher_.not_served(upstream, model); });
  };
  std::vector<net::IoThread*> threads;
  for (std::size_t i = 0; i < io_thread_count(start_.settings.server.threads); ++i) {
    auto name = fmt::format("weir-io-{}", i);
    threads_.io.push_back(std::make_unique<net::IoThread>(std::move(name), &telemetry_.registry));
    threads.push_back(threads_.io.back().get());
  }

  if (handover_.successor) {
    leave_elsewhere(handover_.inherited.api, start_.settings.server.listen);
    leave_elsewhere(handover_.inherited.admin, start_.settings.server.admin_listen);
  }
  const auto make_frontend = [this](int) -> std::unique_ptr<http::Handler> {
    auto* source = telemetry_.access_log ? &telemetry_.access_log->add_source() : nullptr;
    if (start_.settings.server.echo)
      return std::make_unique<api::EchoFrontend>(*api_.services, source);
    return std::make_unique<api::Frontend>(*api_.services, source);
  };
  if (auto ok = servers_.tls.open(start_.settings.server.tls, telemetry_.registry); !ok) return ok;
  const bool has_api = !handover_.inherited.api.empty();
  auto api_server = http::Server::open(
      "api", http::ListenAt(start_.settings.server.listen, std::move(handover_.inherited.api)),
      servers_.settings, servers_.plan.max_connections - ollama_connections(), threads,
      make_frontend, telemetry_.registry, servers_.tls.contexts());
  if (!api_server) {
    return cannot_listen(std::move(api_server.error()), has_api, ListenerOf::api);
  }
  servers_.api = std::move(*api_server);
  if (auto ok = open_ollama(threads); !ok) return ok;

  if (auto ok = open_admin(); !ok) return ok;
  // Before the servers start, so that their threads see it.
  api_.services->front_page.admin_address = net::format_endpoint(servers_.admin->endpoint());
  return {};
}

// A part of the admin listener's connections.
std::int64_t Node::console_calls() const {
  return std::max<std::int64_t>(1, servers_.plan.admin_connections / 4);
}

// A part of the connections of all clients.
std::int64_t Node::ollama_connections() const {
  constexpr std::int64_t kMost = 256;
  if (start_.settings.ollama.listen.empty()) return 0;
  return std::min(servers_.plan.max_connections / 4, kMost);
}

// A successor listens beside this server, at the same address, until this one stops.
Result<> Node::open_ollama(std::vector<net::IoThread*> threads) {
  const auto& settings = start_.settings.ollama;
  if (settings.listen.empty()) return {};
  const auto make_handler = [this](int) -> std::unique_ptr<http::Handler> {
    auto* source = telemetry_.access_log ? &telemetry_.access_log->add_source() : nullptr;
    return std::make_unique<api::Frontend>(*api_.services, source, start_.settings.ollama.key);
  };
  auto server =
      http::Server::open("ollama", settings.listen, servers_.settings, ollama_connections(),
                         std::move(threads), make_handler, telemetry_.registry);
  if (!server) return cannot_listen(std::move(server.error()), false, ListenerOf::ollama);
  servers_.ollama = std::move(*server);
  return {};
}

// The usage that killed servers left is added to the store before anything is counted here.
void Node::keep_usage() {
  const auto path = store_path(settings_);
  usage_.recovery.emplace(path, usage_.recorder->writer());
  recover_usage();
  auto file =
      usage::JournalFile::create(path, usage_.recorder->writer(), handler_count(start_.settings),
                                 static_cast<std::size_t>(settings_.usage.journal_bytes));
  if (file) {
    usage_.recorder->keep_in(std::move(*file));
    return;
  }
  telemetry::log_error("kill -9 may lose the usage of the last usage.flush_interval",
                       {{"detail", file.error().detail}});
}

void Node::recover_usage() { usage_.waits = usage_.recovery->run(*keys_.opened.store, wall_now()); }

std::vector<discovery::UpstreamReport> Node::upstream_reports() const {
  const auto now = monotonic_now();
  auto reports = background_.refresher->report(now);
  for (auto& report : reports) {
    for (const auto& note : api_.gateway->faults.of(report.name, now)) {
      report.faults.push_back(describe(note));
    }
  }
  if (!background_.scan) return reports;
  for (auto& [upstream, reason] : background_.scan->not_accepted()) {
    auto& report = reports.emplace_back();
    report.name = std::move(upstream.name);
    report.kind = std::move(upstream.kind);
    report.url = std::move(upstream.url);
    report.not_accepted = std::move(reason);
  }
  return reports;
}

Result<> Node::open_simulator() {
  if (!start_.config_file.empty() && std::ranges::none_of(settings_.upstreams, is_simulator))
    return {};
  const auto make_handler = [this](int) -> std::unique_ptr<http::Handler> {
    return std::make_unique<simulator::ScriptHandler>(start_.settings.simulator,
                                                      publisher_.simulator_token());
  };
  auto server =
      http::Server::open("simulator", "127.0.0.1:0", servers_.settings, servers_.plan.upstreams,
                         {threads_.control.get()}, make_handler, telemetry_.registry);
  if (!server) return std::unexpected(std::move(server.error()));
  servers_.simulator = std::move(*server);
  publisher_.simulator_at(servers_.simulator->endpoint());
  return {};
}

// Prints the key to a terminal only: logs are kept, and read by others. The key is kept in its file
// before anything else can fail.
Result<> Node::create_first_key() {
  if (!settings_.keys.empty()) return {};
  const auto has_keys = keys_.opened.store->has_keys();
  if (!has_keys) return std::unexpected(has_keys.error());
  if (*has_keys) return {};  // revoked ones too: the operator has made a decision
  const bool is_shown = ::isatty(STDERR_FILENO) == 1;
  std::optional<store::NewPrivateFile> file;
  if (!is_shown) {
    auto created = create_first_key_file(store_path(settings_));
    if (!created) return std::unexpected(std::move(created.error()));
    file.emplace(std::move(*created));
  }
  auth::Digester digester = keys_.ring->make_digester();
  auth::KeyDraft draft;
  draft.name = std::string(kFirstKeyName);
  auto issued =
      auth::issue_key(*keys_.opened.store, digester, auth::system_random, draft, wall_now());
  if (!issued) return std::unexpected(std::move(issued.error()));
  if (file) {
    if (auto kept = keep_first_key(*file, issued->text); !kept) return kept;
  }
  if (auto read = keys_.ring->refresh(monotonic_now()); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (file) return {};
  const auto text = welcome_text((servers_.tls.is_on() ? "https://" : "http://") +
                                     net::format_endpoint(servers_.api->endpoint()),
                                 issued->text, servers_.simulator != nullptr);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return {};
}

}  // namespace weir::app
