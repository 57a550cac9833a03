#include "simulator/handler.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "codec/query.hpp"
#include "http/client_stream.hpp"
#include "http/websocket_frame.hpp"
#include "http/websocket_handshake.hpp"
#include "simulator/detail/realtime.hpp"
#include "simulator/detail/refusal.hpp"
#include "simulator/engine.hpp"
#include "simulator/models.hpp"

namespace weir::simulator {
namespace {

using http::ClientStream;
using std::chrono::milliseconds;

// Bounds a stalled answer for a client that has no time limit of its own.
constexpr std::chrono::minutes kLongestStall{30};

std::string format_fields(const Script& script) {
  std::string lines = fmt::format("Content-Type: {}\r\n", script.content_type);
  for (const auto& [name, value] : script.fields) lines += fmt::format("{}: {}\r\n", name, value);
  return lines;
}

net::Task<Result<std::string>> receive_body(ClientStream& client) {  // outlives: the exchange
  if (auto fits = client.limit_body(ScriptHandler::kMaxBodyBytes); !fits) {
    co_return std::unexpected(std::move(fits.error()));
  }
  co_return co_await client.whole_body();
}

// Plays one script to one client. Ends early, without an error, when the client has left.
class Player final : ClientStream::DisconnectObserver {
 public:
  explicit Player(ClientStream& client)  // outlives: the player
      : client_(client), timer_(client.socket().get_executor()) {}
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  ~Player() { client_.unwatch(); }

  net::Task<> play(Script script, WallTime now) {
    client_.watch(*this);
    if (!co_await pause(script.wait)) co_return;
    const std::string fields = format_fields(script);
    client_.begin(head_of(script, fields), client_.may_keep_alive(), now);
    const End end = script.end;
    const bool well = co_await play_body(std::move(script));
    if (well && end == End::stall) co_await pause(kLongestStall);
  }

 private:
  // The head is sent with the first piece, the end with the last.
  net::Task<bool> play_body(Script script) {
    const bool to_be_ended = script.end == End::normal;
    auto step = script.body.next();
    if (!step) co_return co_await sent(to_be_ended ? client_.send_end() : client_.send_piece({}));
    while (step) {
      auto following = script.body.next();
      if (!co_await pause(step->wait)) co_return false;
      const bool last = to_be_ended && !following;
      const auto state =
          last ? client_.send_last_piece(step->bytes) : client_.send_piece(step->bytes);
      if (!co_await sent(state)) co_return false;
      step = std::move(following);
    }
    co_return true;
  }

  static http::AnswerHead head_of(const Script& script, std::string_view fields) {
    return {script.status, fields, {}, script.content_length};
  }

  /// False if the client left meanwhile. Even at 0, the thread's other work gets its turn: the
  /// steps of a long answer take turns that are short.
  net::Task<bool> pause(milliseconds duration) {
    if (left_) co_return false;
    timer_.expires_after(duration);
    co_await timer_.async_wait(net::use_task);
    co_return !left_;
  }

  net::Task<bool> sent(ClientStream::Sent state) {
    if (state != ClientStream::Sent::partial) co_return state == ClientStream::Sent::whole;
    const auto lost = co_await client_.send_rest();
    co_return !lost;
  }

  void client_left() override {
    left_ = true;
    timer_.cancel();
  }

  ClientStream& client_;
  net::Timer timer_;
  bool left_ = false;
};

// Answers the events of one session. Ends early, without an error, when the client has left.
class RealtimePlayer {
 public:
  RealtimePlayer(ClientStream& client, std::string_view model, const Settings& pace)
      : client_(client),
        timer_(client.socket().get_executor()),
        session_(model, pace),
        reader_(http::WebSocketReader::Peer::client, ScriptHandler::kMaxBodyBytes) {}
  RealtimePlayer(const RealtimePlayer&) = delete;
  RealtimePlayer& operator=(const RealtimePlayer&) = delete;
  ~RealtimePlayer() = default;

  net::Task<> play(const http::Exchange& exchange) {
    const auto& request = *exchange.request;
    const auto fields = http::accept_fields(http::websocket_key(request),
                                            http::find_subprotocol(request, "realtime"));
    client_.switch_protocols(fields, exchange.whole_at);
    bool goes_on = co_await send(http::Opcode::text, session_.greet());
    while (goes_on) {
      const auto message = reader_.next(left_);
      if (!message) {
        goes_on = co_await close(http::close_payload(message.error().code, message.error().why));
      } else if (*message) {
        goes_on = co_await answer(**message);
      } else {
        goes_on = co_await receive();
      }
    }
  }

 private:
  net::Task<bool> receive() {
    client_.timeout().arm(monotonic_now() + kLongestStall);
    if (client_.must_wait()) co_await client_.read_more();
    const auto bytes = client_.take_raw();
    if (bytes) bytes_ = *bytes;
    left_ = bytes_;
    client_.timeout().disarm();
    co_return bytes.has_value();
  }

  net::Task<bool> answer(http::WebSocketMessage message) {
    const std::string payload(message.payload);
    switch (message.opcode) {
      case http::Opcode::ping:
        co_return co_await send(http::Opcode::pong, payload);
      case http::Opcode::pong:
        co_return true;
      case http::Opcode::close:
        co_return co_await close(payload);
      default:
        break;
    }
    auto steps = session_.answer(payload);
    while (const auto step = steps.next()) {
      timer_.expires_after(step->wait);
      co_await timer_.async_wait(net::use_task);
      if (!co_await send(http::Opcode::text, step->bytes)) co_return false;
    }
    co_return true;
  }

  net::Task<bool> send(http::Opcode opcode, std::string payload) {
    std::string frame;
    http::append_frame(frame, opcode, payload, std::nullopt);
    const auto sent = client_.send_piece(frame);
    if (sent != ClientStream::Sent::partial) co_return sent == ClientStream::Sent::whole;
    const auto lost = co_await client_.send_rest();
    co_return !lost;
  }

  net::Task<bool> close(std::string payload) {
    std::string frame;
    http::append_frame(frame, http::Opcode::close, payload, std::nullopt);
    if (client_.send_last_piece(frame) == ClientStream::Sent::partial) {
      [[maybe_unused]] const auto lost = co_await client_.send_rest();
    }
    co_return false;
  }

  ClientStream& client_;
  net::Timer timer_;
  detail::RealtimeSession session_;
  http::WebSocketReader reader_;
  std::string bytes_;
  std::string_view left_;
};

bool is_session(const http::Request& request) {
  return (request.path == "/v1/realtime" || request.path == "/realtime") &&
         http::asks_for_websocket(request) && http::handshake_problem(request).empty();
}

}  // namespace

ScriptHandler::ScriptHandler(const Settings& settings, const Secret& token)
    : settings_(settings), token_(token) {}

http::Answer ScriptHandler::handle(http::Exchange& exchange) {
  if (!may_call(*exchange.request)) return refuse(exchange, Errc::invalid_token);
  if (is_session(*exchange.request)) return serve_session(exchange);
  return serve(exchange);
}

http::Reply ScriptHandler::refuse(http::Exchange& exchange, Errc code) {
  exchange.reason = code;
  Script script = detail::refuse(detail::usual_refusal(describe(code).status));
  auto reply = http::Reply::with_body(script.status, script.body.next().value_or(Step{}).bytes);
  reply.fields = format_fields(script);
  return reply;
}

net::Task<http::Outcome> ScriptHandler::serve(http::Exchange& exchange) {  // outlives: the task
  auto body = co_await receive_body(*exchange.client);
  if (!body) {
    exchange.reason = body.error().code;
    if (body.error().code == Errc::connection_lost) co_return nullptr;
    co_return std::make_unique<http::Reply>(refuse(exchange, body.error().code));
  }
  const http::Request& request = *exchange.request;
  const Call call{http::wire_name(request.method),
                  request.path,
                  request.query,
                  request.header(http::FieldName::content_type),
                  *body,
                  exchange.whole_at};
  Script script = answer(call, settings_);
  std::string().swap(*body);  // may be large, and the script keeps none of it
  Player player(*exchange.client);
  co_await player.play(std::move(script), exchange.whole_at);
  co_return nullptr;
}

net::Task<http::Outcome> ScriptHandler::serve_session(http::Exchange& exchange) {
  const auto query = codec::Query::parse(exchange.request->query);
  const auto model = query ? std::string(query->find("model").value) : std::string();
  const auto* known = find_model(model);
  if (known == nullptr) {
    exchange.reason = Errc::model_not_found;
    co_return std::make_unique<http::Reply>(refuse(exchange, Errc::model_not_found));
  }
  RealtimePlayer player(*exchange.client, model, settings_);
  auto playing = player.play(exchange);
  co_await std::move(playing);
  co_return nullptr;
}

bool ScriptHandler::may_call(const http::Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const auto authorization = request.header(http::FieldName::authorization);
  if (!authorization.starts_with(kBearer)) {
    return same_secret(request.header(http::FieldName::x_api_key), token_);
  }
  return same_secret(authorization.substr(kBearer.size()), token_);
}

}  // namespace weir::simulator
