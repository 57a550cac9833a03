/// A listener per I/O thread and the connections behind it.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "http/connection.hpp"
#include "http/handler.hpp"
#include "http/handshakes.hpp"
#include "http/settings.hpp"
#include "http/stages.hpp"
#include "net/deadline.hpp"
#include "net/descriptor.hpp"
#include "net/io_thread.hpp"
#include "net/socket.hpp"
#include "net/task_group.hpp"
#include "telemetry/metrics.hpp"

namespace weir::http {

class Listener;

/// What is shared by the threads of one server.
struct ServerShared {
  std::string name;  ///< "api" or "admin": the label in metrics
  const Settings& settings;
  std::int64_t max_connections;
  std::atomic<std::int64_t> connections{0};  ///< that have a place
  std::atomic<std::int64_t> refused{0};      ///< that are told so just now
  std::atomic<std::int64_t> in_flight{0};
  telemetry::Gauge* open = nullptr;
  telemetry::Counter* accepted = nullptr;
  telemetry::Counter* shed = nullptr;
  std::array<telemetry::Counter*, kYieldingStages> yielded{};
  std::vector<Listener*> listeners{};         ///< by thread; complete before the first starts
  const Handshakes::Contexts* tls = nullptr;  ///< null: plain
  HandshakeCounts handshakes{};
};

/// One thread's listener and connections.
///
/// Threads:  its I/O thread only.
/// Lifetime: `stop` ends before it is destroyed.
class Listener {
 public:
  /// REQUIRES: at least one acceptor.
  Listener(std::vector<net::Acceptor> acceptors, ServerShared& shared, std::size_t threads,
           std::unique_ptr<Handler> handler);

  void start();

  /// Takes no more connections, lets answers under way finish until `deadline`, then ends the rest:
  /// first in a way that clients see. Connections without a request are kept until `idle_until`.
  [[nodiscard]] net::Task<> stop(MonotonicTime deadline, MonotonicTime idle_until);

  void set_pressure(Pressure pressure);

 private:
  [[nodiscard]] net::Task<> accept_loop(net::Acceptor& acceptor);
  [[nodiscard]] net::Task<> serve(net::Socket socket);
  [[nodiscard]] net::Task<> refuse(net::Socket socket);
  [[nodiscard]] net::Task<> serve_tls(net::Socket socket);
  /// The connection after its handshake; `tls` null: it spoke plain HTTP. True: it has yielded.
  [[nodiscard]] net::Task<bool> serve_after(net::Socket socket,
                                            std::unique_ptr<net::TlsSession> tls);
  /// Whether a connection, of this thread or another, gives its place up for a new one.
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool yield_oldest(Stage stage);
  void ask(Stage stage);
  /// Accepts what the kernel has completed already, at most that many: closing a listener that
  /// shares its port drops it.
  void accept_waiting(net::Acceptor& acceptor, int most);
  void admit(net::Socket socket);

  std::vector<net::Acceptor> acceptors_;  ///< one, unless they come from a server with more threads
  ServerShared& shared_;
  net::DeadlineSweeper sweeper_;  ///< before the handler, whose connections have deadlines in it
  net::Turns turns_;
  ClientStream::Desks desks_{net::Turns::kCrowd};
  Spares<Exchange> exchanges_{net::Turns::kCrowd};
  std::unique_ptr<Handler> handler_;
  Stages stages_;
  std::vector<StageCounts> counts_;  ///< of all threads, while one is chosen
  ConnectionContext context_;
  std::unique_ptr<Handshakes> handshakes_;  ///< null: plain
  net::TaskGroup background_;
  net::TaskGroup tasks_;
};

/// An address, or sockets that listen already, which are then served wherever they are.
struct ListenAt {
  ListenAt(std::string listen) : address(std::move(listen)) {}  // NOLINT(*-explicit-*)
  ListenAt(const char* listen) : address(listen) {}             // NOLINT(*-explicit-*)
  ListenAt(std::string listen, std::vector<net::Descriptor> sockets)
      : address(std::move(listen)), inherited(std::move(sockets)) {}

  std::string address;
  std::vector<net::Descriptor> inherited;
};

/// Makes the handler of one thread; `thread` counts from 0.
using MakeHandler = std::function<std::unique_ptr<Handler>(int thread)>;

/// Threads:  start and stop from the owner's thread.
/// Lifetime: `settings`, `threads` outlive it; `stop` before destruction.
class Server {
 public:
  /// Listens at once; serves at most `max_connections` from `start` on. `tls`: what new connections
  /// are to speak, and outlives it; null: plain HTTP.
  /// Errors: config_invalid when the address cannot be listened on.
  static Result<std::unique_ptr<Server>> open(std::string name, const ListenAt& listen,
                                              const Settings& settings,
                                              std::int64_t max_connections,
                                              std::vector<net::IoThread*> threads,
                                              const MakeHandler& make_handler,
                                              telemetry::Registry& registry,
                                              const Handshakes::Contexts* tls = nullptr);
  ~Server();

  void start();
  /// Blocks until every connection has ended, at most `drain` and a moment for the last words.
  /// A connection without a request is kept for `idle` of it.
  void stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle = {});
  /// The same without blocking; `stop` then waits for its end.
  void begin_stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle);

  /// As many connections are accepted before a thread does anything else. Those that yield to them
  /// are closed after that: until then both have descriptors.
  static constexpr int kAcceptTurn = 32;

  /// How many connections beyond `max_connections` are told 503; others are closed unheard.
  [[nodiscard]] static std::int64_t refused_at_once(std::int64_t max_connections);

  /// Threads: any, between start and stop.
  void set_pressure(Pressure pressure);

  /// With the port the system chose, if the setting said 0.
  [[nodiscard]] const net::Tcp::endpoint& endpoint() const { return endpoint_; }
  /// The listening sockets, each once, to be handed on. Valid until `stop`.
  [[nodiscard]] const std::vector<int>& sockets() const { return sockets_; }

 private:
  [[nodiscard]] Result<> find_endpoint(const ListenAt& listen);
  [[nodiscard]] Result<std::vector<net::Acceptor>> open_acceptors(
      net::IoThread& thread, const ListenAt& listen, const std::vector<std::size_t>& planned);

  Server(std::string name, const Settings& settings, std::int64_t max_connections,
         std::vector<net::IoThread*> threads);

  ServerShared shared_;
  std::vector<net::IoThread*> threads_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<int> sockets_;
  std::vector<std::future<void>> stopping_;
  net::Tcp::endpoint endpoint_;
};

}  // namespace weir::http
