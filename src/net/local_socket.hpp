/// Conversations between processes of one machine: packets of text that can carry descriptors.
///
/// Nothing here blocks but `receive_within`, which is for start-up. Who waits on an I/O thread
/// awaits `readable` and asks again.
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

/// Unix(7) allows 253 in a packet.
inline constexpr std::size_t kMaxPassedDescriptors = 64;
inline constexpr std::size_t kMaxPacketBytes = 1024;

struct Packet {
  std::string text;
  std::vector<Descriptor> descriptors = {};
};

struct Peer {
  std::int64_t pid = 0;  ///< 0: of another PID namespace
  std::uint32_t uid = 0;
};

/// One end of a conversation (SOCK_SEQPACKET).
///
/// Threads: one.
class LocalSocket {
 public:
  explicit LocalSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  /// Errors: not_found when nobody listens at `path`, config_invalid with the system's reason.
  static Result<LocalSocket> connect(const std::string& path);

  /// Errors: connection_lost.
  [[nodiscard]] Result<> send(std::string_view text, std::span<const int> descriptors = {}) const;
  /// None: nothing has come yet. Errors: connection_lost when the other side has gone.
  [[nodiscard]] Result<std::optional<Packet>> try_receive() const;
  /// Blocks. Errors: as try_receive, and deadline_exceeded.
  [[nodiscard]] Result<Packet> receive_within(std::chrono::milliseconds time) const;
  /// What either side sends from now on is an error there; what has come can still be received.
  void hang_up() const;
  /// Who the other side was when it connected.
  [[nodiscard]] Peer peer() const;

 private:
  Descriptor descriptor_;
};

/// Listens at a path, for processes of the same user alone.
///
/// Threads: one.
class LocalListener {
 public:
  /// Takes the path over from whoever listened there, in one step. Errors: config_invalid.
  static Result<LocalListener> open(const std::string& path);
  LocalListener(LocalListener&&) = default;
  LocalListener& operator=(LocalListener&&) = default;
  /// Removes the path, unless it is another's by now.
  ~LocalListener();

  /// Ends when somebody may be there; cancellable. The listener outlives the task.
  [[nodiscard]] Task<> readable() const;
  [[nodiscard]] std::optional<LocalSocket> try_accept() const;

 private:
  LocalListener(Descriptor descriptor, std::string path);

  Descriptor descriptor_;
  std::string path_;
  std::uint64_t inode_ = 0;
};

}  // namespace weir::net
