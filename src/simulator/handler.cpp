#include "simulator/handler.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "http/client_stream.hpp"
#include "simulator/detail/refusal.hpp"
#include "simulator/engine.hpp"

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

}  // namespace

ScriptHandler::ScriptHandler(const Settings& settings, const Secret& token)
    : settings_(settings), token_(token) {}

http::Answer ScriptHandler::handle(http::Exchange& exchange) {
  if (!may_call(*exchange.request)) return refuse(exchange, Errc::invalid_token);
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

bool ScriptHandler::may_call(const http::Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const auto authorization = request.header(http::FieldName::authorization);
  if (!authorization.starts_with(kBearer)) {
    return same_secret(request.header(http::FieldName::x_api_key), token_);
  }
  return same_secret(authorization.substr(kBearer.size()), token_);
}

}  // namespace weir::simulator
