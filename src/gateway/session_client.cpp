#include "gateway/session_client.hpp"

#include <utility>

#include "http/websocket_handshake.hpp"

namespace weir::gateway {
namespace {

using http::Opcode;
using Sent = http::ClientStream::Sent;

// It names a model and sets a session up. Nothing limits or counts it yet.
constexpr std::size_t kMaxFirstEventBytes = std::size_t{128} << 10;

/// Ends the wait for an event when the server stops.
class StopObserver final : public http::ClientStream::DisconnectObserver {
 public:
  explicit StopObserver(http::ClientStream& client) : client_(client) { client.watch(*this); }
  StopObserver(const StopObserver&) = delete;
  StopObserver& operator=(const StopObserver&) = delete;
  ~StopObserver() { client_.unwatch(); }

  [[nodiscard]] bool is_stopping() const { return is_stopping_; }

 private:
  void client_left() override { client_.wake(); }
  void must_end() override {
    is_stopping_ = true;
    client_.wake();
  }

  http::ClientStream& client_;
  bool is_stopping_ = false;
};

}  // namespace

void MessageSource::release_buffers() {
  left_ = {};
  http::empty_buffer(bytes_);
  reader_.release_buffers();
}

void SessionClient::accept(const SessionRequest& request, std::string_view fields, WallTime now) {
  auto all = http::accept_fields(request.key, request.subprotocol);
  client_.switch_protocols(all.append(fields), now);
  is_accepted_ = true;
}

Sent SessionClient::send(Opcode opcode, std::string_view payload) {
  http::append_frame(frame_, opcode, payload, std::nullopt);
  const auto sent = client_.send_piece(frame_);
  http::empty_buffer(frame_);
  return sent;
}

net::Task<> SessionClient::close(std::string event, std::string payload) {
  std::string frames;
  if (!event.empty()) http::append_frame(frames, Opcode::text, event, std::nullopt);
  http::append_frame(frames, Opcode::close, payload, std::nullopt);
  if (client_.send_last_piece(frames) != Sent::partial) co_return;
  [[maybe_unused]] const auto lost = co_await client_.send_rest();
}

net::Task<Error> SessionClient::answer_close(std::string_view payload) {
  if (!http::is_close_payload(payload)) {
    co_return fail(Errc::invalid_parameter, "The close frame is malformed.").error();
  }
  auto closing = close({}, std::string(payload.substr(0, 2)));
  co_await std::move(closing);
  co_return fail(Errc::connection_lost).error();
}

net::Task<Result<std::string_view>> SessionClient::first_event(MonotonicTime until) {
  // The client sends nothing before it has the answer to its handshake.
  if (client_.send_piece({}) == Sent::partial) {
    if (const auto lost = co_await client_.send_rest()) co_return fail(*lost);
  }
  const StopObserver stop(client_);
  for (;;) {
    const auto message = source_.next();
    if (!message) co_return fail(Errc::invalid_parameter, std::string(message.error().why));
    if (*message && (*message)->opcode == Opcode::text) {
      first_event_ = (*message)->payload;
      co_return std::string_view(first_event_);
    }
    if (*message && http::is_control((*message)->opcode)) {
      if ((*message)->opcode == Opcode::close) {
        auto closing = answer_close((*message)->payload);
        co_return std::unexpected(co_await std::move(closing));
      }
      const bool is_ping = (*message)->opcode == Opcode::ping;
      if (is_ping && send(Opcode::pong, (*message)->payload) == Sent::partial) {
        if (const auto lost = co_await client_.send_rest()) co_return fail(*lost);
      }
      continue;
    }
    if (*message) co_return fail(Errc::invalid_parameter, "Events are texts, not binary messages.");
    if (source_.held_bytes() > kMaxFirstEventBytes) {
      co_return fail(Errc::invalid_parameter,
                     "The first event is too long. Name the model in the address, or send less.");
    }
    if (monotonic_now() >= until) co_return fail(Errc::request_timeout);
    client_.timeout().arm(until);
    if (client_.must_wait()) co_await client_.read_more();
    if (stop.is_stopping()) co_return fail(Errc::stopping);
    const auto bytes = client_.take_raw();
    client_.timeout().disarm();
    if (!bytes) co_return std::unexpected(bytes.error());
    source_.receive(*bytes);
  }
}

}  // namespace weir::gateway
