/// One running Weir: creates, connects, starts and stops every part in order.
///
/// Threads: N I/O threads answer the public API; the control thread has the admin listener, the
/// refresher, signals and timers; small pools run blocking work. docs/architecture.md has the
/// picture. node.cpp and node_admin.cpp open the parts, node_run.cpp runs them, node_reload.cpp
/// applies changes meanwhile.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "api/services.hpp"
#include "app/lifecycle/key_store.hpp"
#include "app/lifecycle/limit_file.hpp"
#include "app/lifecycle/listener_tls.hpp"
#include "app/lifecycle/publisher.hpp"
#include "app/lifecycle/settings.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/lifecycle/start_screen.hpp"
#include "app/lifecycle/turns.hpp"
#include "app/process/descriptor_plan.hpp"
#include "app/process/file_watch.hpp"
#include "app/process/inherited.hpp"
#include "app/process/process.hpp"
#include "app/process/service_manager.hpp"
#include "app/process/takeover.hpp"
#include "auth/keyring.hpp"
#include "discovery/health_checks.hpp"
#include "discovery/loopback_scan.hpp"
#include "discovery/refresher.hpp"
#include "http/server.hpp"
#include "management/services.hpp"
#include "net/io_thread.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/line_writer.hpp"
#include "telemetry/metrics.hpp"
#include "usage/journal_file.hpp"
#include "usage/recorder.hpp"
#include "usage/retention.hpp"
#include "usage/summing.hpp"

namespace weir::app {

/// Command-line options that override the config file; empty: none.
struct Overrides {
  std::string listen;
  std::string admin_listen;

  [[nodiscard]] Settings over(Settings settings) const;
};

struct NodeOptions {
  Settings settings;
  /// The config file; empty: none, so local engines are searched for.
  std::filesystem::path config_file;
  Overrides overrides;
  /// Sockets that replace those of the settings.
  Inherited inherited = {};
  /// The connection to the server that it replaces, once it is ready.
  std::optional<Successor> successor = {};
  ServiceManager service = {};
  DescriptorLimit descriptors = {};
  /// The screen on a terminal, as far as it is known before the start; nothing: there is none.
  std::optional<StartScreen> screen = {};
};

/// Threads:  created, run and destroyed on the main thread.
class Node {
 public:
  /// Opens the store and the listeners. Errors: config_invalid, store_failed.
  static Result<std::unique_ptr<Node>> open(NodeOptions options);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  /// Serves until SIGTERM or SIGINT, or until another server has taken over; then drains.
  /// Errors: config_invalid if it was to take over and cannot; it has not served then.
  [[nodiscard]] Result<> run();

 private:
  /// How this process was started. Settings that only a restart changes are read from here.
  struct Start {
    Overrides overrides;
    DescriptorLimit descriptors;
    ServiceManager service;
    std::optional<StartScreen> screen;
    std::filesystem::path config_file;
    Settings settings;
  };

  struct Telemetry {
    telemetry::Registry registry;
    std::unique_ptr<telemetry::LineWriter> access_log;
    std::set<std::string> warned_of;  ///< warnings that were logged
  };

  struct Keys {
    KeyStore opened;
    std::unique_ptr<LimitFile> limits;
    std::unique_ptr<auth::Keyring> ring;
  };

  struct Usage {
    std::unique_ptr<usage::Recorder> recorder;
    std::optional<usage::UsageRecovery> recovery;
    usage::Retention retention = {};
    usage::Summing summing = {};
    bool is_move_failing = false;
    bool waits = false;  ///< other servers have files of usage, and may be killed
  };

  struct Threads {
    std::unique_ptr<net::IoThread> control;
    /// Created before the server reports that it listens, so that no signal is lost.
    std::unique_ptr<boost::asio::basic_signal_set<net::Executor>> signals;
    std::vector<std::unique_ptr<net::IoThread>> io;
  };

  /// Declared after the threads, so that running work finds their contexts. Names, the store and
  /// bodies have threads of their own: a name service that does not answer, a slow disk, or many
  /// encoded bodies must not block anything else.
  struct Pools {
    net::WorkerPool general{2};
    net::WorkerPool store{1};    ///< calls of a store wait for one another
    net::WorkerPool reports{1};  ///< questions of operators, which may take seconds
    net::WorkerPool resolvers{4};
    net::WorkerPool bodies{1};     ///< what clients send is decoded here, and holds nothing else up
    net::WorkerPool catalogue{1};  ///< long lists are read and merged here, one at a time
  };

  struct Api {
    std::unique_ptr<gateway::Shared> gateway;
    std::unique_ptr<api::Services> services;
  };

  struct Background {
    std::unique_ptr<discovery::Refresher> refresher;
    std::unique_ptr<discovery::HealthChecks> health;
    std::unique_ptr<discovery::LoopbackScan> scan;
    std::unique_ptr<net::Timer> publish_due;  ///< cancelled when something is to be published
    std::unique_ptr<net::Timer> store_due;  ///< cancelled when another process writes to the store
    bool store_written = false;             ///< since the store was last read
    Turns reloads;  ///< of the config: the file, a signal and the admin API may ask at once
    std::unique_ptr<net::TaskGroup> watchers;
  };

  /// From the server before this one, and to the one after it.
  struct Handover {
    Inherited inherited;
    std::optional<Successor> successor;             ///< of the server before
    std::unique_ptr<Predecessor> predecessor = {};  ///< null: no other server can take over
    std::unique_ptr<net::TaskGroup> tasks = {};     ///< ends before the sockets are closed
    bool is_done = false;  ///< used on the control thread until watch_signals has ended
  };

  struct Servers {
    DescriptorPlan plan = {};
    http::Settings settings = {};        ///< with the number of calls that follows from the plan
    http::Settings admin_settings = {};  ///< with the certificate of the admin listener
    ListenerTls tls{kTlsSection, "api"};
    ListenerTls admin_tls{kAdminTlsSection, "admin"};
    std::unique_ptr<http::Server> api;
    std::unique_ptr<http::Server> ollama;  ///< null: the settings want none
    std::unique_ptr<http::Server> admin;
    std::unique_ptr<http::Server> simulator;  ///< null: no upstream is of that kind
  };

  /// For the admin API.
  struct Operation {
    std::unique_ptr<telemetry::CallLog> calls;
    telemetry::CallSeries series;
    management::NodeFacts facts;
    std::uint64_t config_version = 1;
    WallTime loaded_at;
    Secret login;  ///< of the link for the next login
  };

  explicit Node(NodeOptions options);

  [[nodiscard]] Result<> open_keys();
  [[nodiscard]] Result<> open_servers();
  void share_descriptors();
  void keep_usage();
  void recover_usage();
  /// Into the log, each once in the life of this process.
  void warn_once(const std::vector<std::string>& warnings);
  /// Opens the listener for clients without a key, if the settings want it.
  [[nodiscard]] Result<> open_ollama(std::vector<net::IoThread*> threads);
  [[nodiscard]] std::int64_t ollama_connections() const;
  [[nodiscard]] std::int64_t console_calls() const;
  [[nodiscard]] Result<> open_admin();
  [[nodiscard]] management::Services admin_services();
  [[nodiscard]] std::unique_ptr<http::Handler> make_admin_handler();
  /// Writes the link for the next login into its file.
  void keep_login_link();
  [[nodiscard]] Result<> open_simulator();
  [[nodiscard]] Result<> create_first_key();
  void start_background();
  [[nodiscard]] Result<> take_over();
  void start_servers();
  void await_successor();
  [[nodiscard]] std::string status() const;
  void stop();

  // On the control thread.
  void ask_upstreams();
  /// The upstreams that are asked, and the engines of this machine that were not accepted.
  [[nodiscard]] std::vector<discovery::UpstreamReport> upstream_reports() const;
  /// Completes when every upstream has been asked for its list once, or a time limit has passed.
  [[nodiscard]] net::Task<> know_lists();
  /// Once the upstreams have answered, or a moment has passed.
  [[nodiscard]] net::Task<> show_screen();
  void leave_to(std::int64_t successor);
  /// From now on SIGTERM and SIGINT drain instead of ending the process.
  void install_signal_handlers();
  [[nodiscard]] net::Task<> watch_signals();
  /// Publishes what has changed, on a thread that nothing else waits for.
  [[nodiscard]] net::Task<> publish_changes();
  [[nodiscard]] net::Task<> flush_usage();
  [[nodiscard]] net::Task<> maintain_usage();
  /// Out of the file of keys; true if there is more.
  [[nodiscard]] bool move_usage();
  [[nodiscard]] net::Task<> watch_silence();
  void list_failed(const std::string& upstream, const discovery::Refresher::Failure& failure);
  void found_health(const std::string& upstream, const discovery::HealthChecks::Finding& finding);
  [[nodiscard]] net::Task<> watch_config();
  [[nodiscard]] net::Task<> watch_certificates();
  [[nodiscard]] net::Task<> watch_store();
  [[nodiscard]] net::Task<> await_balancers();
  /// Returns why it was refused; nothing: it is in force.
  [[nodiscard]] net::Task<Problems> reload(const char* why);
  [[nodiscard]] net::Task<> reload_certificate(ListenerTls& tls,
                                               http::TlsListenerSettings settings);
  [[nodiscard]] net::Task<> sample_calls();
  [[nodiscard]] std::vector<management::UpstreamState> upstream_states() const;
  void take_settings(Settings next);

  const Start start_;
  Settings settings_;  ///< those in force
  Telemetry telemetry_;
  Keys keys_;
  Usage usage_;
  Publisher publisher_;
  Operation operation_;
  std::atomic<bool> ready_{false};
  std::atomic<bool> is_leaving_{false};  ///< it still serves, but is to get nothing more
  // Stopped and destroyed in the reverse order.
  Threads threads_;
  Pools pools_;
  Api api_;
  Background background_;
  Handover handover_;
  Servers servers_;
};

}  // namespace weir::app
