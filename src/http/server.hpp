/// A listener per I/O thread and the connections behind it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/connection.hpp"
#include "http/handler.hpp"
#include "http/settings.hpp"
#include "net/deadline.hpp"
#include "net/io_thread.hpp"
#include "net/socket.hpp"
#include "net/task_group.hpp"
#include "telemetry/metrics.hpp"

namespace weir::http {

/// What is shared by the threads of one server.
struct ServerShared {
  std::string name;  ///< "api" or "admin": the label in metrics
  const Settings& settings;
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> in_flight{0};
  telemetry::Gauge* open = nullptr;
  telemetry::Counter* accepted = nullptr;
  telemetry::Counter* shed = nullptr;
};

/// One thread's listener and connections.
///
/// Threads:  its I/O thread only.
/// Lifetime: `stop` ends before it is destroyed.
class Listener {
 public:
  Listener(net::Acceptor acceptor, ServerShared& shared, std::unique_ptr<Handler> handler);

  void start();

  /// Takes no more connections, lets answers under way finish until `deadline`, then ends the rest.
  [[nodiscard]] net::Task<> stop(MonotonicTime deadline);

 private:
  [[nodiscard]] net::Task<> accept_loop();
  [[nodiscard]] net::Task<> serve(net::Socket socket);
  /// Accepts what the kernel has completed already: closing a listener that shares its port drops
  /// it.
  void accept_waiting();
  void admit(net::Socket socket);

  net::Acceptor acceptor_;
  ServerShared& shared_;
  net::DeadlineSweeper sweeper_;  ///< before the handler, whose connections have deadlines in it
  std::unique_ptr<Handler> handler_;
  ConnectionContext context_;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  net::TaskGroup background_;
  net::TaskGroup tasks_;
};

/// Makes the handler of one thread; `thread` counts from 0.
using MakeHandler = std::function<std::unique_ptr<Handler>(int thread)>;

/// Threads:  start and stop from the owner's thread.
/// Lifetime: `settings`, `threads` outlive it; `stop` before destruction.
class Server {
 public:
  /// Listens at once; serves from `start` on.
  /// Errors: config_invalid when the address cannot be listened on.
  static Result<std::unique_ptr<Server>> open(std::string name, const std::string& listen,
                                              const Settings& settings,
                                              std::vector<net::IoThread*> threads,
                                              const MakeHandler& make_handler,
                                              telemetry::Registry& registry);
  ~Server();

  void start();
  /// Blocks until every connection has ended, at most `drain`.
  void stop(std::chrono::milliseconds drain);

  /// With the port the system chose, if the setting said 0.
  [[nodiscard]] const net::Tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  Server(std::string name, const Settings& settings, std::vector<net::IoThread*> threads);

  ServerShared shared_;
  std::vector<net::IoThread*> threads_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  net::Tcp::endpoint endpoint_;
};

}  // namespace weir::http
