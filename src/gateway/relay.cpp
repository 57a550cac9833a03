#include "gateway/relay.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "codec/utf8.hpp"
#include "dialect/advice.hpp"
#include "gateway/rate_limit_fields.hpp"
#include "gateway/session_event.hpp"

namespace weir::gateway {
namespace {

using http::CloseCode;
using http::Opcode;
using upstream::Outcome;

// From a client's close frame to that of the upstream.
constexpr std::chrono::seconds kCloseTime{2};

// Why an upstream's message must not pass; null: it may.
const char* fault_of(const http::WebSocketMessage& message) {
  const bool is_close = message.opcode == Opcode::close;
  if (is_close && !http::is_close_payload(message.payload)) return "The close frame is malformed.";
  const bool is_text = message.opcode == Opcode::text;
  return is_text && !codec::is_utf8(message.payload) ? "A text is not UTF-8." : nullptr;
}

}  // namespace

Relay::Relay(Attempt& attempt, const RelayInput& input)
    : attempt_(attempt),
      input_(input),
      source_(http::WebSocketReader::Peer::server,
              static_cast<std::size_t>(input.context.settings().max_event_bytes)),
      held_(input.context.gateway.shared().body_memory,
            input.context.gateway.shared().body_memory.bound(input.context.settings())),
      until_(monotonic_now() + input.context.settings().realtime_max_duration),
      tasks_(input.context.client.socket().get_executor()) {
  source_.receive(upstream().take_raw_unread());
  forget_ids();
}

// A session is mostly waited for: what was needed to begin it is released.
void Relay::begin() {
  attempt_.note_progress();
  auto& context = input_.context;
  record().overhead = record().sent - record().received - attempt_.elsewhere();
  if (!input_.client.is_accepted()) {
    auto& fields = context.input.fields;
    put_standing(fields, input_.admitted.standing);
    input_.client.accept(*context.input.session, fields, context.input.exchange.whole_at);
  }
  std::string().swap(context.input.fields);
  input_.settlement.release_request();
  input_.received.reset();
  upstream().release_buffers();
  touch();
}

net::Task<> Relay::run() {
  const bool was_accepted = input_.client.is_accepted();
  begin();
  if (!was_accepted && client().send_piece({}) == ClientSent::partial) {
    if (const auto lost = co_await client().send_rest()) lose_client(*lost);
  }
  if (const auto first = input_.client.take_first_event(); !first.empty() && !is_over()) {
    const http::WebSocketMessage message{Opcode::text, first};
    auto forwarding = forward_to_upstream(message);
    [[maybe_unused]] const bool goes_on = co_await std::move(forwarding);
  }
  if (!client_is_lost_) client().release_buffers();
  tasks_.spawn("realtime", from_client());
  auto running = from_upstream();
  co_await std::move(running);
  client().wake();
  co_await tasks_.join();
  // The upstream has done its part: a client that learns of the end finds its slot free.
  record().complete = monotonic_now();
  input_.settlement.settle(record().complete);
  attempt_.release_slot();
  if (client_is_lost_ || input_.context.watch.has_left()) co_return;
  input_.context.watch.end();
  auto payload = http::close_payload(farewell_.code, farewell_.reason);
  auto closing = input_.client.close(std::move(farewell_.event), std::move(payload));
  co_await std::move(closing);
}

AttemptEnd Relay::conclude(MonotonicTime now) {
  if (!ended_->error) record().phase = Phase::done;
  attempt_.conclude(*ended_, now);
  return std::move(*ended_);
}

net::Task<> Relay::from_client() {
  auto& source = input_.client.source();
  while (!is_over() && !client_closes_) {
    const auto message = source.next();
    if (!message) {
      end_with(Outcome::cancelled, Errc::invalid_parameter, message.error().code,
               std::string(message.error().why));
      co_return;
    }
    if (*message) {
      auto forwarding = forward_to_upstream(**message);
      if (!co_await std::move(forwarding)) co_return;
      continue;
    }
    source.release_buffers();
    if (!hold_bytes()) co_return;
    if (client().must_wait()) co_await client().read_more();
    if (is_over()) co_return;
    const auto bytes = client().take_raw();
    if (!bytes) {
      lose_client(Errc::client_left);
      co_return;
    }
    source.receive(*bytes);
  }
}

net::Task<> Relay::from_upstream() {
  while (!is_over()) {
    const auto message = source_.next();
    if (!message) {
      end_by(fail(Errc::upstream_answer_invalid, std::string(message.error().why)).error());
      co_return;
    }
    if (*message) {
      auto forwarding = forward_to_client(**message);
      if (!co_await std::move(forwarding)) co_return;
      continue;
    }
    source_.release_buffers();
    if (!hold_bytes()) co_return;
    if (upstream().must_wait()) co_await upstream().read_more();
    if (is_over()) co_return;
    const auto bytes = upstream().take_raw();
    if (!bytes) {
      end_by(bytes.error());
      co_return;
    }
    source_.receive(*bytes);
  }
}

net::Task<bool> Relay::forward_to_upstream(http::WebSocketMessage message) {
  touch();
  auto payload = message.payload;
  if (message.opcode == Opcode::binary) {
    end_with(Outcome::cancelled, Errc::invalid_parameter, CloseCode::unsupported_data,
             "Events are texts, not binary messages.");
    co_return false;
  }
  if (message.opcode == Opcode::text) {
    const auto text = read_client_text(payload);
    if (!text) co_return false;
    payload = *text;
  }
  if (message.opcode == Opcode::close) {
    if (!http::is_close_payload(payload)) {
      end_with(Outcome::cancelled, Errc::invalid_parameter, CloseCode::protocol_error,
               "The close frame is malformed.");
      co_return false;
    }
    // A client that has said that it leaves may leave.
    client_closes_ = true;
    input_.context.watch.end();
    upstream().arm(monotonic_now() + kCloseTime, Errc::upstream_idle_timeout);
  }
  const auto sent = send_upstream(message.opcode, payload);
  http::empty_buffer(text_);
  if (sent == UpstreamSent::failed) co_return !is_over();
  if (sent == UpstreamSent::partial) {
    is_sending_ = true;
    unsent_to_upstream_ = frame_.size();
    if (!hold_bytes()) co_return false;
    const auto rest = co_await upstream().send_rest();
    is_sending_ = false;
    unsent_to_upstream_ = 0;
    // The other direction learns why.
    if (!rest) co_return false;
  }
  http::empty_buffer(frame_);
  co_return !is_over();
}

net::Task<bool> Relay::forward_to_client(http::WebSocketMessage message) {
  if (!client_closes_) touch();
  auto payload = message.payload;
  if (const auto fault = fault_of(message); fault != nullptr) {
    end_by(fail(Errc::upstream_answer_invalid, fault).error());
    co_return false;
  }
  if (message.opcode == Opcode::close) {
    input_.settlement.set_succeeded();
    if (!client_closes_ && !is_sending_) {
      [[maybe_unused]] const auto sent = send_upstream(Opcode::close, payload.substr(0, 2));
    }
    Farewell farewell;
    if (!payload.empty()) {
      const auto high = static_cast<unsigned char>(payload[0]);
      const auto low = static_cast<unsigned char>(payload[1]);
      farewell = {static_cast<CloseCode>(high << 8 | low), std::string(payload.substr(2))};
    }
    end({}, std::move(farewell));
    co_return false;
  }
  if (message.opcode == Opcode::text) payload = read_upstream_text(payload);
  if (record().first_event == MonotonicTime{}) record().first_event = monotonic_now();
  if (!http::is_control(message.opcode)) ++record().events;
  const auto sent = input_.client.send(message.opcode, payload);
  http::empty_buffer(text_);
  if (sent == ClientSent::failed) lose_client(Errc::client_left);
  if (sent == ClientSent::partial) {
    unsent_to_client_ = payload.size();
    if (hold_bytes()) {
      if (const auto lost = co_await client().send_rest()) lose_client(*lost);
    } else {
      client_is_lost_ = true;  // it has a part of a frame
    }
    unsent_to_client_ = 0;
  }
  if (limited_ && !is_over()) end_by_limit(*limited_);
  co_return !is_over();
}

bool Relay::hold_bytes() {
  const auto bytes = source_.held_bytes() + input_.client.source().held_bytes() +
                     unsent_to_client_ + unsent_to_upstream_;
  if (bytes == held_.size() || held_.resize(bytes)) return true;
  end_by(fail(Errc::overloaded, "calls.buffer_bytes").error());
  return false;
}

// A server takes masked frames only (RFC 6455 §5.1).
Relay::UpstreamSent Relay::send_upstream(Opcode opcode, std::string_view payload) {
  http::empty_buffer(frame_);
  const auto mask = static_cast<std::uint32_t>(input_.context.gateway.random());
  http::append_frame(frame_, opcode, payload, mask);
  const std::array<boost::asio::const_buffer, 1> pieces{
      boost::asio::buffer(std::string_view(frame_))};
  return upstream().send(pieces);
}

void Relay::touch() {
  const auto now = monotonic_now();
  attempt_.note_heard(now);
  const auto idle = now + input_.context.settings().realtime_idle_timeout;
  if (idle < until_) {
    upstream().arm(idle, Errc::upstream_idle_timeout);
  } else {
    upstream().arm(until_, Errc::upstream_total_timeout);
  }
}

void Relay::end(AttemptEnd how, Farewell farewell) {
  if (is_over()) return;
  ended_ = std::move(how);
  farewell_ = std::move(farewell);
  upstream().abort(Errc::cancelled);
}

void Relay::end_with(Outcome outcome, Errc code, CloseCode close, std::string message) {
  if (is_over()) return;
  if (!is_sending_ && !upstream().aborted()) {
    const auto payload = http::close_payload(CloseCode::going_away, {});
    [[maybe_unused]] const auto sent = send_upstream(Opcode::close, payload);
  }
  auto event = error_event(code, message, input_.context.input.exchange.trace_id.text());
  AttemptEnd how{.outcome = outcome, .error = code, .message = message};
  end(std::move(how), {close, std::move(message), std::move(event)});
}

// A session that its client has closed is complete, whatever becomes of the connection.
void Relay::end_by(const Error& error) {
  if (client_closes_) {
    input_.settlement.set_succeeded();
    return end({}, {});
  }
  const auto& settings = input_.context.settings();
  auto how = attempt_.classify(error, Outcome::broken_answer);
  if (error.code == Errc::overloaded) how.outcome = Outcome::no_socket;
  const auto code = how.error.value_or(error.code);
  const auto seconds = [](std::chrono::milliseconds time) { return time.count() / 1000; };
  switch (code) {
    case Errc::upstream_idle_timeout:
      input_.settlement.set_succeeded();
      return end_with(Outcome::answered, code, CloseCode::going_away,
                      fmt::format("The session ended: nothing was sent for {} s.",
                                  seconds(settings.realtime_idle_timeout)));
    case Errc::upstream_total_timeout:
      input_.settlement.set_succeeded();
      return end_with(Outcome::answered, code, CloseCode::going_away,
                      fmt::format("The session ended: it may take {} s.",
                                  seconds(settings.realtime_max_duration)));
    default: {
      const bool is_ours = code == Errc::stopping || code == Errc::overloaded;
      return end_with(how.outcome, code,
                      is_ours ? CloseCode::going_away : CloseCode::internal_error,
                      dialect::advice({.code = code}));
    }
  }
}

void Relay::lose_client(Errc code) {
  client_is_lost_ = true;
  end_by(fail(code).error());
}

void Relay::end_by_limit(const limit::Refusal& refusal) {
  record().limited_by = refusal.by;
  input_.settlement.set_succeeded();
  const auto text = rate_limited_message(refusal);
  const auto message = dialect::advice(
      {.code = Errc::rate_limited, .message = text, .retry_after = retry_after(refusal)});
  end_with(Outcome::answered, Errc::rate_limited, CloseCode::policy_violation, message);
}

}  // namespace weir::gateway
