#include "gateway/call.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "codec/content_encoding.hpp"
#include "dialect/advice.hpp"
#include "dialect/endpoint.hpp"
#include "dialect/family.hpp"
#include "gateway/prompt_estimate.hpp"
#include "gateway/rate_limit_fields.hpp"
#include "gateway/route_search.hpp"
#include "gateway/session_event.hpp"

namespace weir::gateway {

namespace {

Result<std::string> first_model(std::string_view text, catalogue::Endpoint endpoint,
                                const upstream::Settings& settings) {
  auto event = read_client_event(text, static_cast<std::size_t>(settings.max_json_depth));
  if (!event) return std::unexpected(std::move(event.error()));
  if (!event->models.empty()) return std::move(event->models.front().name);
  return fail(
      Errc::invalid_parameter,
      catalogue::describe(endpoint).is_session()
          ? "No model: name one in the address (?model=), or in session.model of the first event."
          : "No model: name one in the first event, response.create.");
}

http::CloseCode close_code_of(Errc code) {
  if (code == Errc::stopping) return http::CloseCode::going_away;
  const bool is_ours = describe(code).status >= 500;
  return is_ours ? http::CloseCode::internal_error : http::CloseCode::policy_violation;
}

}  // namespace

Call::Call(Gateway& gateway, CallInput&& input)
    : context_(gateway, std::move(input)),
      received_(std::make_unique<Received>(context_.client, context_.input.endpoint,
                                           context_.settings(), gateway.shared().body_memory,
                                           gateway.body_buffers(), context_.input.exchange.whole)) {
  context_.record().endpoint = context_.input.endpoint;
  context_.record().received = context_.input.exchange.whole;
  if (context_.input.stored) received_->set_stored(*context_.input.stored);
  if (context_.input.session) {
    session_ = std::make_unique<SessionClient>(
        context_.client, static_cast<std::size_t>(context_.settings().max_event_bytes));
    received_->set_session(context_.input.session->model);
  }
}

// A coroutine's frame keeps its locals until it ends, and a stream is long: the steps before the
// answer are coroutines that end before it, the rest are functions beside it.
net::Task<> Call::run() {
  const bool is_received =
      names_one_type() && can_decode() && (received_->take_at_hand() || co_await receive());
  if (is_received && read() && admit()) {
    context_.watch.begin();
    begin_comments();
    const bool has_answer = co_await find_answer();
    comments_.reset();
    if (has_answer) {
      if (relay_) {
        co_await relay_->run();
      } else {
        co_await answering_->run();
      }
      conclude();
    }
    context_.watch.end();
    if (context_.watch.has_left()) {
      refuse(make_refusal(Errc::client_left));
    } else if (context_.watch.is_stopping() && context_.record().phase != Phase::done) {
      refuse(make_refusal(Errc::stopping));
    }
    if (refusal_ && !answering_ && !session_ && context_.client.begun()) co_await tell_refusal();
  }
  if (session_ && session_->is_accepted() && refusal_ && !relay_) co_await refuse_session();
  end();
}

// With two Content-Types, servers differ in which one counts, and so in how they read the body.
bool Call::names_one_type() {
  if (context_.client.request().count(http::FieldName::content_type) <= 1) return true;
  refuse(make_refusal(Errc::invalid_parameter, "The request has more than one Content-Type."));
  return false;
}

bool Call::can_decode() {
  const auto& request = context_.client.request();
  if (request.count(http::FieldName::content_encoding) == 0) return true;
  codec::ContentEncoding encoding;
  for (const auto& field : request.fields) {
    if (equals_ignoring_case(field.name, "content-encoding")) encoding.add(field.value);
  }
  if (!encoding.is_supported()) {
    auto refusal = make_refusal(Errc::unsupported_coding);
    refusal.fields = "Accept-Encoding: gzip, deflate, br, zstd\r\n";
    refuse(std::move(refusal));
    return false;
  }
  if (const auto coding = encoding.coding()) {
    received_->set_coding(*coding, context_.gateway.shared().workers);
  }
  return true;
}

net::Task<bool> Call::receive() {
  if (session_) return receive_event();
  return receive_body();
}

net::Task<bool> Call::receive_body() {
  const auto received = co_await received_->receive();
  context_.record().received = monotonic_now();
  if (!received) refuse_request(received.error());
  co_return received.has_value();
}

net::Task<bool> Call::receive_event() {
  session_->accept(*context_.input.session, context_.input.fields,
                   context_.input.exchange.whole_at);
  auto receiving =
      session_->first_event(monotonic_now() + context_.settings().realtime_first_timeout);
  auto event = co_await std::move(receiving);
  context_.record().received = monotonic_now();
  if (!event) {
    refuse_request(event.error());
    co_return false;
  }
  auto model = first_model(*event, context_.input.endpoint, context_.settings());
  if (!model) {
    refuse_request(model.error());
    co_return false;
  }
  received_->set_session(std::move(*model));
  co_return true;
}

bool Call::read() {
  const auto read = received_->read(context_.input.model);
  if (!read) refuse_request(read.error());
  return read.has_value();
}

void Call::refuse_request(const Error& error) {
  const auto code = error.code == Errc::connection_lost ? Errc::client_left : error.code;
  const bool is_for_client = error.code == Errc::invalid_parameter;
  auto refusal = make_refusal(code, is_for_client ? error.detail : std::string{});
  if (code == Errc::payload_too_large && received_->is_encoded()) {
    refusal.plain = fmt::format("The request body is too large once decoded: at most {} bytes.",
                                context_.settings().max_body_bytes);
  }
  refuse(std::move(refusal));
}

bool Call::admit() {
  context_.record().phase = Phase::admitting;
  auto admitted = gateway::admit(context_.input, context_.gateway.shared(), received_->request(),
                                 received_->body().size());
  if (!admitted) {
    refuse(std::move(admitted.error()));
    return false;
  }
  admitted_ = std::move(*admitted);
  settlement_.emplace(context_, *admitted_, received_);
  return true;
}

net::Task<bool> Call::find_answer() {
  RouteSearch search(context_, *admitted_, *received_, settlement_->is_sample());
  auto searching = search.run(opening_);
  co_await std::move(searching);
  settlement_->set_reached(search.has_reached());
  if (!opening_) {
    refusal_ = search.take_refusal();
    if (search.can_estimate() && !context_.watch.is_over()) estimate();
    co_return false;
  }
  if (opening_->attempt().upstream().has_switched()) {
    relay_ = std::make_unique<Relay>(opening_->attempt(), RelayInput{.context = context_,
                                                                     .admitted = *admitted_,
                                                                     .settlement = *settlement_,
                                                                     .client = *session_,
                                                                     .received = received_});
    co_return true;
  }
  answering_.emplace(*opening_, AnswerInput{.context = context_,
                                            .admitted = *admitted_,
                                            .settlement = *settlement_,
                                            .received = received_});
  co_return true;
}

void Call::estimate() {
  const auto text = weigh_body(received_->body());
  if (text.empty()) {
    refuse(make_refusal(Errc::invalid_parameter, "There is no text to count in the request."));
    return;
  }
  const auto& forecast = context_.gateway.shared().forecast;
  estimated_tokens_ = estimate_tokens(text, context_.record().model, forecast);
  refusal_.reset();
  put_standing(context_.input.fields, admitted_->standing);
  settlement_->set_succeeded();
  context_.record().phase = Phase::done;
}

void Call::begin_comments() {
  const auto interval = context_.settings().comment_interval;
  if (interval.count() == 0 || !received_->request().streamed) return;
  const auto& row = dialect::of(context_.input.endpoint);
  // Lines of JSON have no comments.
  const bool has_comments = dialect::of(row.family).stream.framing == dialect::Framing::events;
  if (!has_comments || !row.counts(dialect::Meter::output_tokens)) return;
  comments_ = std::make_unique<WaitingComments>(context_, *admitted_, interval);
}

net::Task<> Call::tell_refusal() {
  if (context_.watch.has_left()) co_return;
  const auto family = dialect::of(context_.input.endpoint).family;
  const auto text = dialect::advice({.code = refusal_->code,
                                     .message = refusal_->message,
                                     .retry_after = refusal_->retry_after,
                                     .plain = refusal_->plain});
  const auto event = dialect::break_event(
      family, {.code = refusal_->code, .model = context_.record().model, .message = text});
  settlement_->settle(monotonic_now());
  if (context_.client.send_last_piece(event) == http::ClientStream::Sent::partial) {
    [[maybe_unused]] const auto lost = co_await context_.client.send_rest();
  }
}

// The handshake is complete, so that an error is an event.
net::Task<> Call::refuse_session() {
  if (context_.watch.has_left() || refusal_->code == Errc::client_left) co_return;
  const auto text = dialect::advice({.code = refusal_->code,
                                     .message = refusal_->message,
                                     .retry_after = refusal_->retry_after,
                                     .plain = refusal_->plain});
  if (settlement_) settlement_->settle(monotonic_now());
  auto event = error_event(refusal_->code, text, context_.input.exchange.trace_id.text());
  auto payload = http::close_payload(close_code_of(refusal_->code), text);
  auto closing = session_->close(std::move(event), std::move(payload));
  co_await std::move(closing);
}

void Call::conclude() {
  const auto now = monotonic_now();
  auto end = relay_ ? relay_->conclude(now) : answering_->conclude(now);
  if (end.error) refuse(make_refusal(std::move(end)));
}

void Call::end() {
  const auto now = monotonic_now();
  if (settlement_) settlement_->settle(now);
  received_.reset();
  const auto reason = refusal_ ? std::optional(refusal_->code) : std::nullopt;
  context_.gateway.metrics().record(context_.record(), reason, now);
  if (reason) context_.input.exchange.reason = reason;
}

}  // namespace weir::gateway
