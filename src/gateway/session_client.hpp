/// The client's end of a realtime session: whole messages of a WebSocket.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/refusal.hpp"
#include "gateway/session_request.hpp"
#include "http/client_stream.hpp"
#include "http/websocket_frame.hpp"
#include "net/task.hpp"

namespace weir::gateway {

/// The messages in bytes that arrive. Bytes behind a message are kept.
class MessageSource {
 public:
  MessageSource(http::WebSocketReader::Peer peer, std::size_t max_message_bytes)
      : reader_(peer, max_message_bytes) {}

  /// As WebSocketReader::next; nothing: more bytes are needed.
  [[nodiscard]] auto next() { return reader_.next(left_); }
  /// REQUIRES: next() has returned nothing.
  void receive(std::string_view bytes) {
    bytes_ = bytes;
    left_ = bytes_;
  }
  [[nodiscard]] std::size_t held_bytes() const { return reader_.held_bytes(); }
  /// Before a wait: releases what it does not need. REQUIRES: as receive.
  void release_buffers();

 private:
  http::WebSocketReader reader_;
  std::string bytes_;
  std::string_view left_;
};

/// Threads:  the client's. Lifetime: `client` outlives it.
class SessionClient {
 public:
  SessionClient(http::ClientStream& client, std::size_t max_message_bytes)
      : client_(client), source_(http::WebSocketReader::Peer::client, max_message_bytes) {}
  SessionClient(const SessionClient&) = delete;
  SessionClient& operator=(const SessionClient&) = delete;

  /// Completes the handshake; its answer is sent with the next frame. `fields`: complete lines.
  void accept(const SessionRequest& request, std::string_view fields, WallTime now);
  [[nodiscard]] bool is_accepted() const { return is_accepted_; }

  [[nodiscard]] MessageSource& source() { return source_; }
  [[nodiscard]] http::ClientStream& stream() { return client_; }

  /// Sends a frame; what the kernel does not take is kept for ClientStream::send_rest.
  [[nodiscard]] http::ClientStream::Sent send(http::Opcode opcode, std::string_view payload);
  /// Sends `event`, if there is one, and a close frame, which are the last.
  [[nodiscard]] net::Task<> close(std::string event, std::string payload);

  /// Receives the first event, which must be a text, and keeps it for take_first_event().
  /// Errors: invalid_parameter, whose detail is for the client; request_timeout, connection_lost,
  /// stopping.
  [[nodiscard]] net::Task<Result<std::string_view>> first_event(MonotonicTime until);
  /// Empty: there is none, or it was taken.
  [[nodiscard]] std::string take_first_event() { return std::exchange(first_event_, {}); }

 private:
  /// Answers a client that closes. Returns why there is no event.
  [[nodiscard]] net::Task<Error> answer_close(std::string_view payload);

  http::ClientStream& client_;
  MessageSource source_;
  std::string frame_;
  std::string first_event_;
  bool is_accepted_ = false;
};

}  // namespace weir::gateway
