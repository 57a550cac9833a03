/// WebSocket frames: bytes to messages, and back, without I/O.
///
/// Extensions are not negotiated, so every reserved bit is a violation, and a message's text can be
/// read as it comes.
///
/// Source: RFC 6455 §5, §7.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) { return opcode >= Opcode::close; }

/// Status codes of a close frame (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  invalid_text = 1007,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
};

/// Why a connection cannot be read any further.
struct FrameFault {
  CloseCode code;
  std::string_view why;  ///< a literal
};

/// A whole message, or a control frame.
struct WebSocketMessage {
  Opcode opcode = Opcode::text;
  std::string_view payload = {};
};

/// Joins a message's fragments. Control frames may come between them.
///
/// Threads:  one. Lifetime: value type.
class WebSocketReader {
 public:
  /// The side that is read: a client masks what it sends, and a server does not.
  enum class Peer : std::uint8_t { client, server };

  WebSocketReader(Peer peer, std::size_t max_message_bytes)
      : peer_(peer), max_message_bytes_(max_message_bytes) {}

  /// Takes bytes up to the end of the next message, and removes them from `bytes`. Nothing: all are
  /// taken, and there is none yet. The payload is valid until the next call, and as long as the
  /// bytes. After a fault, nothing more may be read.
  [[nodiscard]] std::expected<std::optional<WebSocketMessage>, FrameFault> next(
      std::string_view& bytes);

  /// The memory of a message that is incomplete.
  [[nodiscard]] std::size_t held_bytes() const { return message_.capacity(); }
  /// Releases the memory of the last message.
  void release_buffers();

 private:
  struct Frame {
    Opcode opcode = Opcode::continuation;
    bool is_final = false;
    std::uint32_t mask = 0;  ///< rotated to the next byte
    std::uint64_t left = 0;  ///< of its payload
  };

  [[nodiscard]] std::expected<bool, FrameFault> take_head(std::string_view& bytes);
  [[nodiscard]] std::optional<FrameFault> begin(std::string_view head);
  [[nodiscard]] std::optional<FrameFault> check(bool is_masked) const;
  void take_payload(std::string_view& bytes);
  [[nodiscard]] WebSocketMessage end();

  Peer peer_;
  std::size_t max_message_bytes_;
  std::string head_;  ///< the part of a head that has come
  std::string message_;
  std::string control_;
  Frame frame_;
  std::optional<Opcode> open_;  ///< of a message whose last fragment has not come
  bool in_frame_ = false;
};

/// Appends a frame that is a whole message. `mask`: null towards a client; a client's is random.
/// REQUIRES: a control frame has at most 125 bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  std::optional<std::uint32_t> mask);

/// Empties a buffer of messages, and keeps its memory only if that is small: a session is mostly
/// waited for.
void empty_buffer(std::string& buffer);

/// The payload of a close frame; a long reason is cut.
[[nodiscard]] std::string close_payload(CloseCode code, std::string_view reason);

/// Whether the payload of a close frame is empty, or a code that may be sent and a reason.
[[nodiscard]] bool is_close_payload(std::string_view payload);

}  // namespace weir::http
