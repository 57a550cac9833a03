/// Packet connections between processes of one machine: text that can carry descriptors.
///
/// Nothing here blocks but `receive_within`, which is for start-up. On an I/O thread, await
/// `readable` and try again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/descriptor.hpp"
#include "net/task.hpp"

namespace weir::net {

/// unix(7) allows 253 in a packet.
inline constexpr std::size_t kMaxPassedDescriptors = 64;
inline constexpr std::size_t kMaxPacketBytes = 1024;

struct Packet {
  std::string text;
  std::vector<Descriptor> descriptors = {};
};

struct Peer {
  std::int64_t pid = 0;  ///< 0: in another PID namespace
  std::uint32_t uid = 0;
};

/// One end of a connection (SOCK_SEQPACKET).
///
/// Threads: one.
class LocalSocket {
 public:
  explicit LocalSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  /// Errors: not_found if no process listens at `path`; config_invalid with the system's reason.
  static Result<LocalSocket> connect(const std::string& path);

  /// Errors: connection_lost.
  [[nodiscard]] Result<> send(std::string_view text, std::span<const int> descriptors = {}) const;
  /// Nothing: no packet has arrived yet. Errors: connection_lost when the peer has closed.
  [[nodiscard]] Result<std::optional<Packet>> try_receive() const;
  /// Blocks. Errors: as try_receive, and deadline_exceeded.
  [[nodiscard]] Result<Packet> receive_within(std::chrono::milliseconds time) const;
  /// Shuts down both directions: later sends fail at either end; received packets can still be
  /// read.
  void hang_up() const;
  /// The peer's identity when it connected.
  [[nodiscard]] Peer peer() const;

 private:
  Descriptor descriptor_;
};

/// Listens at a path, for processes of the same user only.
///
/// Threads: one.
class LocalListener {
 public:
  /// Replaces the listener at that path, if any, in one step. Errors: config_invalid.
  static Result<LocalListener> open(const std::string& path);
  LocalListener(LocalListener&&) = default;
  LocalListener& operator=(LocalListener&&) = default;
  /// Removes the path, unless another listener has replaced it.
  ~LocalListener();

  /// Completes when a connection may be waiting; cancellable. The listener outlives the task.
  [[nodiscard]] Task<> readable() const;
  [[nodiscard]] std::optional<LocalSocket> try_accept() const;

 private:
  LocalListener(Descriptor descriptor, std::string path);

  Descriptor descriptor_;
  std::string path_;
  std::uint64_t inode_ = 0;
};

}  // namespace weir::net
