/// An HTTP server: a listener per I/O thread, with its connections.
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

/// State shared by the threads of one server.
struct ServerShared {
  std::string name;  ///< "api" or "admin": the label in metrics
  const Settings& settings;
  std::int64_t max_connections;
  std::atomic<std::int64_t> connections{0};  ///< connections that count towards the limit
  std::atomic<std::int64_t> refused{0};      ///< connections being answered 503
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

  /// Stops accepting, lets answers in progress finish until `deadline`, then ends the rest in a way
  /// that clients can detect. Connections without a request are kept until `idle_until`.
  [[nodiscard]] net::Task<> stop(MonotonicTime deadline, MonotonicTime idle_until);

  void set_pressure(Pressure pressure);

 private:
  [[nodiscard]] net::Task<> accept_loop(net::Acceptor& acceptor);
  [[nodiscard]] net::Task<> serve(net::Socket socket);
  [[nodiscard]] net::Task<> refuse(net::Socket socket);
  [[nodiscard]] net::Task<> serve_tls(net::Socket socket);
  /// Serves a connection after its handshake; `tls` null: the client spoke plain HTTP. Returns true
  /// if the connection has yielded its place.
  [[nodiscard]] net::Task<bool> serve_after(net::Socket socket,
                                            std::unique_ptr<net::TlsSession> tls);
  /// True if a connection, of this thread or another, gives up its place for a new one.
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool yield_oldest(Stage stage);
  void ask(Stage stage);
  /// Accepts at most `most` connections that the kernel has completed: closing a listener that
  /// shares its port would drop them.
  void accept_waiting(net::Acceptor& acceptor, int most);
  void admit(net::Socket socket);

  std::vector<net::Acceptor> acceptors_;  ///< one, unless sockets were inherited from a server with
                                          ///< more threads
  ServerShared& shared_;
  net::DeadlineSweeper sweeper_;  ///< declared before the handler, whose connections have deadlines
                                  ///< in it
  net::FairQueue queue_;
  ClientStream::ExchangeStates states_{net::FairQueue::kMaxConcurrent};
  ObjectPool<Exchange> exchanges_{net::FairQueue::kMaxConcurrent};
  std::unique_ptr<Handler> handler_;
  Stages stages_;
  std::vector<StageCounts> counts_;  ///< of all threads; used while a victim is chosen
  ConnectionContext context_;
  std::unique_ptr<Handshakes> handshakes_;  ///< null: plain
  net::TaskGroup background_;
  net::TaskGroup tasks_;
};

/// An address to bind, or inherited sockets that listen already, which are served at their own
/// address.
struct ListenAt {
  ListenAt(std::string listen) : address(std::move(listen)) {}  // NOLINT(*-explicit-*)
  ListenAt(const char* listen) : address(listen) {}             // NOLINT(*-explicit-*)
  ListenAt(std::string listen, std::vector<net::Descriptor> sockets)
      : address(std::move(listen)), inherited(std::move(sockets)) {}

  std::string address;
  std::vector<net::Descriptor> inherited;
};

/// Makes the handler of one thread, which counts from 0.
using MakeHandler = std::function<std::unique_ptr<Handler>(int thread)>;

/// Threads:  start and stop from the owner's thread.
/// Lifetime: `settings`, `threads` outlive it; `stop` before destruction.
class Server {
 public:
  /// Listens at once, and serves at most `max_connections` from `start` on. `tls`: the context for
  /// new connections, which outlives the server; null: plain HTTP.
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
  /// Blocks until every connection has ended, at most `drain` and a moment more for final writes.
  /// Connections without a request are kept for `idle` of it.
  void stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle = {});
  /// As `stop`, without blocking; `stop` then waits for the end.
  void begin_stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle);

  /// Connections that are accepted before other work gets its turn. Those that yield to them are
  /// closed after that: until then both have descriptors.
  static constexpr int kAcceptTurn = 32;

  /// How many connections beyond `max_connections` are answered 503; others are closed without an
  /// answer.
  [[nodiscard]] static std::int64_t refused_at_once(std::int64_t max_connections);

  /// Threads: any, between start and stop.
  void set_pressure(Pressure pressure);

  /// The bound address, with the port that the system chose if the setting said 0.
  [[nodiscard]] const net::Tcp::endpoint& endpoint() const { return endpoint_; }
  /// The listening sockets, each once, to be handed to a successor. Valid until `stop`.
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
