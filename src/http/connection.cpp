#include "http/connection.hpp"

#include "base/scoped_count.hpp"
#include "http/websocket_handshake.hpp"

namespace weir::http {
namespace {

constexpr std::chrono::seconds kTurnAwayTime{2};
constexpr std::chrono::seconds kIdleUnderPressure{2};

}  // namespace

Connection::Connection(net::Socket socket, std::unique_ptr<net::TlsSession> tls,
                       ConnectionContext& context)
    : client_(std::move(socket), std::move(tls), context.settings, context.sweeper, context.states,
              *this),
      context_(context) {
  boost::system::error_code ignored;
  const auto peer = client_.socket().remote_endpoint(ignored);
  if (!ignored) peer_ = peer.address();
  client_.set_draining(context_.draining);
  context_.stages.add(*this, Stage::busy);
}

bool ConnectionContext::is_full(const Request& request) const {
  if (pressure >= Pressure::refuse) return true;
  const auto places = in_flight.load(std::memory_order_relaxed);
  if (settings.max_in_flight == 0 || places < settings.max_in_flight) return false;
  // A session is a GET, and lasts.
  const bool is_call = request.method == Method::post || asks_for_websocket(request);
  const auto kept = is_call ? 0 : std::max(settings.max_in_flight / 8, kLeastKept);
  return places >= settings.max_in_flight + kept;
}

std::chrono::milliseconds ConnectionContext::keep_alive_timeout() const {
  if (pressure == Pressure::none) return settings.keep_alive_timeout;
  return std::min<std::chrono::milliseconds>(settings.keep_alive_timeout, kIdleUnderPressure);
}

void Connection::end_soon() { client_.end_soon(); }
void Connection::abort() { client_.abort(); }

// Only if nothing has arrived: bytes that were read, or wait to be, belong to an accepted request.
void Connection::end_if_idle() {
  boost::system::error_code ignored;
  if (awaits_request() && client_.socket().available(ignored) == 0) {
    client_.socket().cancel(ignored);
  }
}

bool Connection::yield() {
  // The place counts as free from the first call on, though the coroutine may not have run yet.
  if (has_yielded_) return false;
  boost::system::error_code ignored;
  if (client_.socket().available(ignored) > 0) return false;
  has_yielded_ = true;
  client_.set_draining(true);
  if (stage() == Stage::partial) {
    client_.abort();
  } else {
    client_.socket().cancel(ignored);
  }
  return true;
}

void Connection::drain() {
  client_.set_draining(true);
  if (context_.ends_idle) end_if_idle();
}

// ObjectPool connections that have not yet sent a request.
void Connection::on_memory_pressure() {
  if (stage() != Stage::idle) return;
  if (context_.sheds_idle()) return end_if_idle();
  client_.timeout().arm(idle_since_ + context_.keep_alive_timeout());
}

net::Task<> Connection::turn_away(Errc why) {
  client_.timeout().arm(monotonic_now() + kTurnAwayTime);
  Result<> taken;
  while (taken && !client_.has_bytes()) {
    if (client_.must_wait()) co_await client_.read_more();
    taken = client_.take_read();
  }
  if (taken) {
    begin_exchange();
    co_await refuse(why);
    if (!lost_) co_await client_.linger();
  }
  co_await client_.close();
}

// Awaits for every request are inline: a coroutine per step would cost as much as the step.
net::Task<> Connection::run() {
  idle_since_ = monotonic_now();
  for (;;) {
    // Bytes of the next request may have arrived; the timeout of its head starts now.
    bool lost = false;
    had_to_wait_ = false;
    while (!client_.has_bytes() && !lost) {
      const bool told_goodbye = (context_.ends_idle || has_yielded_) && !client_.readable();
      if (told_goodbye || (served_ && context_.sheds_idle())) break;
      set_stage(served_ ? Stage::idle : Stage::silent);
      client_.timeout().arm(idle_since_ + context_.keep_alive_timeout());
      if (client_.must_wait()) co_await client_.read_more();
      if (must_await_turn()) co_await await_turn();
      lost = !client_.take_read();
    }
    set_stage(Stage::busy);
    if (!client_.has_bytes()) break;
    begin_exchange();
    if (const auto state = try_head(); !has_request(state)) {
      client_.timeout().arm(exchange_->whole + context_.settings.request_head_timeout);
      if (!co_await read_rest(state)) {
        co_await refuse(*exchange_->reason);
        if (!lost_) {
          set_stage(Stage::partial);
          co_await client_.linger();
        }
        break;
      }
      exchange_->whole = monotonic_now();
      exchange_->whole_at = wall_now();
    }
    client_.timeout().disarm();
    if (context_.draining || context_.sheds_idle() || has_yielded_) client_.set_draining(true);

    auto later = answer();
    if (later.valid()) {
      client_.await_answer(context_.queue);
      const ScopedCount counted(context_.in_flight);
      const auto reply = co_await std::move(later);
      if (reply) send_answer(std::move(*reply));
    }
    if (sent_ == ClientStream::Sent::partial) lost_ = co_await client_.send_rest();
    end_exchange();
    served_ = true;
    if (!client_.ended()) break;
    if (!client_.keeps_alive()) {
      set_stage(Stage::partial);
      co_await client_.linger();
      break;
    }
    client_.next_request();
  }
  co_await client_.close();
}

// The end of a connection is handled at once.
bool Connection::must_await_turn() {
  boost::system::error_code ignored;
  return context_.queue.crowded() && client_.socket().available(ignored) > 0;
}

// A waiting connection counts as busy, so that it is not closed as idle.
net::Task<> Connection::await_turn() {
  set_stage(Stage::busy);
  client_.timeout().disarm();
  had_to_wait_ = true;
  idle_since_ = monotonic_now();
  return context_.queue.wait();
}

// Sends an answer that is ready; otherwise returns the coroutine that computes it.
net::Task<Outcome> Connection::answer() {
  auto& handler = context_.handler;
  auto answer = context_.is_full(*exchange_->request)
                    ? Answer(handler.refuse(*exchange_, Errc::overloaded))
                    : handler.handle(*exchange_);
  if (auto* later = std::get_if<net::Task<Outcome>>(&answer)) return std::move(*later);
  send_answer(std::get<Reply>(std::move(answer)));
  return {};
}

void Connection::send_answer(Reply reply) {
  // An unread body that has arrived completely need not cost the connection.
  if (!client_.body_done()) client_.take_body_at_hand();
  send(std::move(reply), client_.may_keep_alive());
}

void Connection::send(Reply reply, bool keep_alive) {
  sent_ = client_.send(reply, keep_alive, exchange_->whole_at);
  if (sent_ == ClientStream::Sent::failed) lost_ = Errc::connection_lost;
  if (sent_ == ClientStream::Sent::partial) unsent_ = std::make_unique<Reply>(std::move(reply));
}

bool Connection::has_request(HeadState state) {
  if (state != HeadState::whole) return false;
  return client_.body_done() || context_.handler.takes_body(client_.request());
}

// For requests that did not arrive with the first read. False: the exchange's reason says why.
net::Task<bool> Connection::read_rest(HeadState state) {
  if (state == HeadState::partial) set_stage(Stage::partial);
  for (; state == HeadState::partial; state = try_head()) {
    if (client_.must_wait()) co_await client_.read_more();
    if (const auto taken = client_.take_read(); !taken) {
      set_stage(Stage::busy);
      exchange_->reason = taken.error().code;
      co_return false;
    }
  }
  set_stage(Stage::busy);
  if (state == HeadState::malformed) co_return false;
  client_.timeout().disarm();
  if (context_.handler.takes_body(client_.request())) co_return true;
  while (!client_.body_done()) {
    const auto piece = co_await client_.next_body();
    if (!piece) {
      exchange_->reason = piece.error().code;
      co_return false;
    }
  }
  co_return true;
}

Connection::HeadState Connection::try_head() {
  const auto whole = client_.try_head();
  if (!whole) {
    exchange_->reason = whole.error().code;
    return HeadState::malformed;
  }
  if (!*whole) return HeadState::partial;
  const Request& request = client_.request();
  exchange_->request = &request;
  exchange_->trace_id = telemetry::TraceId::choose(request.header(FieldName::x_trace_id),
                                                   request.header(FieldName::traceparent));
  return HeadState::whole;
}

net::Task<> Connection::refuse(Errc code) {
  exchange_->reason = code;
  if (code == Errc::connection_lost || !client_.socket().is_open()) {
    lost_ = code;
    end_exchange();
    co_return;
  }
  if (exchange_->trace_id.text().empty()) exchange_->trace_id = telemetry::TraceId::random();
  send_refusal(code);
  if (sent_ == ClientStream::Sent::partial) lost_ = co_await client_.send_rest();
  end_exchange();
}

// The connection closes after a refusal, whatever of the request is still to come.
void Connection::send_refusal(Errc code) { send(context_.handler.refuse(*exchange_, code), false); }

void Connection::begin_exchange() {
  exchange_ = context_.exchanges.lend();
  exchange_->client = &client_;
  exchange_->memo = &memo_;
  if (exchange_->peer != peer_ || exchange_->peer_text.empty()) {
    exchange_->peer = peer_;
    exchange_->peer_text = peer_.to_string();
  }
  exchange_->whole = monotonic_now();
  exchange_->started = had_to_wait_ ? idle_since_ : exchange_->whole;
  exchange_->whole_at = wall_now();
  sent_ = ClientStream::Sent::whole;
  lost_.reset();
}

void Connection::end_exchange() {
  unsent_.reset();
  exchange_->ended = idle_since_ = monotonic_now();
  exchange_->status = client_.status();
  exchange_->body_bytes = client_.body_bytes();
  if (lost_ && !exchange_->reason) exchange_->reason = lost_;
  // There is no request to log if nothing arrived, or only a part that the client abandoned.
  const bool came = exchange_->request != nullptr || exchange_->status != 0;
  if (came) context_.handler.finished(*exchange_);
  exchange_.reset();
}

}  // namespace weir::http
