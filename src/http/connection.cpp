#include "http/connection.hpp"

namespace weir::http {
namespace {

constexpr std::chrono::seconds kShedTime{2};

class InFlight {
 public:
  explicit InFlight(std::atomic<std::int64_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t>& count_;
};

}  // namespace

Connection::Connection(net::Socket socket, ConnectionContext& context)
    : client_(std::move(socket), context.settings, context.sweeper), context_(context) {
  boost::system::error_code ignored;
  const auto peer = client_.socket().remote_endpoint(ignored);
  if (!ignored) exchange_.peer = peer.address();
  exchange_.peer_text = exchange_.peer.to_string();
  exchange_.client = &client_;
}

void Connection::abort() { client_.abort(); }

// Only if nothing has come: what was read, or waits to be, is a request that was accepted.
void Connection::drain() {
  client_.set_draining(true);
  boost::system::error_code ignored;
  if (idle_ && client_.socket().available(ignored) == 0) client_.socket().cancel(ignored);
}

net::Task<> Connection::shed() {
  client_.timeout().arm(monotonic_now() + kShedTime);
  begin_exchange();
  co_await client_.read_more();
  if (client_.take_read()) co_await refuse(Errc::overloaded);
  co_await client_.close();
}

// What is awaited for every request stands here itself: a coroutine per step would cost as much as
// the step.
net::Task<> Connection::run() {
  exchange_.ended = monotonic_now();
  for (;;) {
    // Bytes of a next request may be here already; the clock of its head then runs from now.
    bool lost = false;
    while (!client_.has_bytes() && !lost) {
      idle_ = true;
      if (context_.draining) break;
      client_.timeout().arm(exchange_.ended + context_.settings.keep_alive_timeout);
      co_await client_.read_more();
      lost = !client_.take_read();
    }
    if (!client_.has_bytes()) break;
    idle_ = false;
    begin_exchange();
    auto whole = try_head();
    if (!whole || !*whole ||
        !(client_.body_done() || context_.handler.takes_body(client_.request()))) {
      client_.timeout().arm(exchange_.started + context_.settings.request_head_timeout);
      const auto received = co_await read_rest(std::move(whole));
      if (!received) {
        co_await refuse(received.error().code);
        break;
      }
      exchange_.whole = monotonic_now();
      exchange_.whole_at = wall_now();
    }
    client_.timeout().disarm();

    auto answer = context_.is_full() ? Answer(context_.handler.refuse(exchange_, Errc::overloaded))
                                     : context_.handler.handle(exchange_);
    if (auto* later = std::get_if<net::Task<Outcome>>(&answer)) {
      const InFlight counted(context_.in_flight);
      auto task = std::move(*later);
      auto outcome = co_await std::move(task);
      if (outcome) answer = std::move(*outcome);
    }
    Result<> sent;
    if (auto* reply = std::get_if<Reply>(&answer)) {
      // A body that nobody read but that is here need not cost the connection.
      if (!client_.body_done()) client_.take_body_at_hand();
      const auto state = client_.send(*reply, client_.may_keep_alive(), exchange_.whole_at);
      if (state == ClientStream::Sent::in_part) sent = co_await client_.send_rest();
      if (state == ClientStream::Sent::failed) sent = fail(Errc::connection_lost);
    }
    end_exchange(std::move(sent));
    if (!client_.ended() || exchange_.reason == Errc::connection_lost) break;
    if (!client_.keeps_alive()) {
      co_await client_.linger();
      break;
    }
    client_.next_request();
  }
  co_await client_.close();
}

// The usual request came whole with the first read; this is for the others.
net::Task<Result<>> Connection::read_rest(Result<bool> whole) {
  for (; whole && !*whole; whole = try_head()) {
    co_await client_.read_more();
    if (auto taken = client_.take_read(); !taken) co_return taken;
  }
  if (!whole) co_return std::unexpected(std::move(whole.error()));
  client_.timeout().disarm();
  if (!context_.handler.takes_body(client_.request())) co_return co_await drop_body();
  co_return Result<>{};
}

net::Task<Result<>> Connection::drop_body() {
  while (!client_.body_done()) {
    const auto piece = co_await client_.next_body();
    if (!piece) co_return std::unexpected(piece.error());
  }
  co_return Result<>{};
}

Result<bool> Connection::try_head() {
  auto whole = client_.try_head();
  if (!whole || !*whole) return whole;
  const Request& request = client_.request();
  exchange_.request = &request;
  exchange_.trace_id = telemetry::TraceId::choose(request.header(FieldName::x_trace_id),
                                                  request.header(FieldName::traceparent));
  return whole;
}

net::Task<> Connection::refuse(Errc code) {
  exchange_.reason = code;
  if (code == Errc::connection_lost || !client_.socket().is_open()) {
    end_exchange(fail(code));
    co_return;
  }
  if (exchange_.trace_id.text().empty()) exchange_.trace_id = telemetry::TraceId::random();
  const Reply reply = context_.handler.refuse(exchange_, code);
  auto state = client_.send(reply, false, exchange_.whole_at);
  Result<> sent;
  if (state == ClientStream::Sent::in_part) sent = co_await client_.send_rest();
  const bool out = state != ClientStream::Sent::failed && sent.has_value();
  end_exchange(std::move(sent));
  if (out) co_await client_.linger();
}

void Connection::begin_exchange() {
  exchange_.request = nullptr;
  exchange_.trace_id = {};
  exchange_.route = "none";
  exchange_.caller.clear();
  exchange_.reason.reset();
  exchange_.status = 0;
  exchange_.body_bytes = 0;
  exchange_.started = exchange_.whole = monotonic_now();
  exchange_.whole_at = wall_now();
}

void Connection::end_exchange(Result<> sent) {
  exchange_.ended = monotonic_now();
  exchange_.status = client_.status();
  exchange_.body_bytes = client_.body_bytes();
  if (!sent && !exchange_.reason) exchange_.reason = sent.error().code;
  // Nothing came at all, or only a part that the client gave up: there is no request to log.
  if (exchange_.request == nullptr && exchange_.status == 0) return;
  context_.handler.finished(exchange_);
}

}  // namespace weir::http
