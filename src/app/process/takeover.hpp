/// Both sides of a takeover. takeover_message.hpp has the protocol;
/// docs/decisions/0026-takeover-by-descriptor.md the reasons.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/process/inherited.hpp"
#include "app/process/takeover_message.hpp"
#include "base/result.hpp"
#include "net/local_socket.hpp"
#include "net/task.hpp"

namespace weir::app {

inline constexpr std::chrono::milliseconds kAnswerTime{5'000};

/// The new server's side.
///
/// Threads: the main one; it blocks, at most a few seconds.
class Successor {
 public:
  /// Asks the server that listens at `path` for its sockets. Nothing: no server listens there.
  /// Errors: config_invalid with its answer or the lack of one; it goes on serving.
  static Result<std::optional<Successor>> ask(const std::string& path);

  /// The sockets it passed; empty afterwards.
  [[nodiscard]] Inherited take_sockets() { return std::move(inherited_); }

  /// Reports that this server could answer clients, so the old one must leave. When this returns,
  /// it is leaving or has already gone. Errors: config_invalid: it goes on serving, and this one
  /// must not begin.
  [[nodiscard]] Result<> announce(std::chrono::milliseconds patience = kAnswerTime);

  [[nodiscard]] std::int64_t predecessor() const { return socket_.peer().pid; }

 private:
  explicit Successor(net::LocalSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] Result<> receive_sockets();
  [[nodiscard]] Result<TakeoverMessage> receive(std::vector<net::Descriptor>& beside,
                                                std::chrono::milliseconds patience = kAnswerTime);

  net::LocalSocket socket_;
  Inherited inherited_;
};

/// The old server's side: waits for a successor.
///
/// Threads:      the control thread.
/// Cancellation: of `run`; no socket is passed after it.
class Predecessor {
 public:
  /// The current sockets; called on the control thread.
  struct Sockets {
    std::vector<int> api;
    std::vector<int> admin;
  };
  /// The server with this process id (0: unknown) begins to serve; this one must stop.
  using Leave = std::function<void(std::int64_t successor)>;

  Predecessor(net::LocalListener listener, Sockets sockets, Leave leave)
      : listener_(std::move(listener)), sockets_(std::move(sockets)), leave_(std::move(leave)) {}

  /// Completes when a successor is ready; earlier errors are logged, and the next may try.
  [[nodiscard]] net::Task<> run();

 private:
  [[nodiscard]] net::Task<Result<>> hand_over(const net::LocalSocket& to);  // to: outlives
  [[nodiscard]] net::Task<Result<TakeoverMessage>> receive(
      const net::LocalSocket& from, std::chrono::milliseconds time);  // from: outlives
  [[nodiscard]] Result<> pass(const net::LocalSocket& to) const;

  net::LocalListener listener_;
  Sockets sockets_;
  Leave leave_;
};

}  // namespace weir::app
