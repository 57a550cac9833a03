#include "gateway/attempt.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include "base/check.hpp"
#include "codec/base64.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/admission.hpp"
#include "gateway/passed_fields.hpp"
#include "gateway/upstream_request_id.hpp"
#include "http/chunk.hpp"
#include "http/websocket_handshake.hpp"
#include "upstream/pool.hpp"

namespace weir::gateway {
namespace {

namespace asio = boost::asio;
using upstream::Outcome;

// The part of the form that is here, as the upstream gets it.
std::string_view begin_batch(const CallContext& context, const Choice& choice,
                             const AttemptRequest& request) {
  auto& batch = *request.received.batch();
  const auto& forecast = context.gateway.shared().forecast;
  batch.begin(choice.route->model, [&forecast, &model = request.model](const BatchLine& line) {
    return weigh_line(line, model, forecast);
  });
  const auto passed = batch.pass(request.received.body());
  CHECK(passed.has_value());  // it has passed before
  return *passed;
}

OutboundPlan plan_request(const CallContext& context, const Choice& choice,
                          const AttemptRequest& request) {
  const Received& received = request.received;
  const Translated* translated = request.translated.get();
  auto body = translated != nullptr ? std::string_view(translated->body) : received.body();
  if (request.received.batch() != nullptr) body = begin_batch(context, choice, request);
  std::optional<std::uint64_t> length = body.size();
  if (!received.is_whole()) length = context.client.request().content_length;
  // Another name in each line makes another length, which is not known before the end.
  const bool renames =
      received.request().batched && choice.route->model != received.request().model;
  if (!received.is_whole() && renames) length.reset();
  return {.endpoint = choice.endpoint,
          .request = received.request(),
          .body = body,
          .is_final = translated != nullptr,
          .model = choice.route->model,
          .request_id = request.place != nullptr ? &request.place->request_id : nullptr,
          .stored = context.input.stored.get(),
          .asks_usage = translated != nullptr ? translated->asks_usage
                                              : request.may_ask_usage &&
                                                    asks_usage(choice, received, monotonic_now()),
          .length = length};
}

}  // namespace

bool asks_usage(const Choice& choice, const Received& received, MonotonicTime now) {
  return choice.destination->asks_usage && received.request().streamed &&
         choice.health->may_ask_usage(now);
}

void Attempt::arm(MonotonicClock::duration patience, Errc why, MonotonicTime now) {
  const auto at = now + patience;
  const auto total = record_->received + destination().total_timeout;
  const bool total_first = total < at;
  patience_ = total_first ? destination().total_timeout : patience;
  stream_->arm(total_first ? total : at, total_first ? Errc::upstream_total_timeout : why);
}

AttemptEnd Attempt::classify(const Error& error, Outcome otherwise) const {
  return explain(classify_error(error, otherwise, context_->watch.has_left()));
}

AttemptEnd Attempt::explain(AttemptEnd end) const {
  if (!end.error) return end;
  auto waited = patience_;
  // An upstream that is known to be silent is not waited for any longer.
  if (end.error == Errc::upstream_first_byte_timeout) {
    waited = std::min(waited, monotonic_now() - record_->sent);
  }
  end.plain = timeout_text(*end.error, waited, record_->phase == Phase::sending);
  return end;
}

void Attempt::set_stream(http::ServerStream::Ptr stream) {
  stream_ = std::move(stream);
  if (stream_) context_->watch.add(*stream_);
}

net::Task<Result<>> Attempt::connect() {
  record_->phase = Phase::connecting;
  const auto& to = destination();
  arm(to.connect_timeout, Errc::upstream_connect_timeout);
  auto& pool = context_->gateway.pool();
  auto connecting = pool.connect(*stream_, to.upstream, monotonic_now() + to.connect_timeout);
  co_return co_await std::move(connecting);
}

// Sends what has arrived of the request, in one system call where the kernel takes it.
Attempt::Sent Attempt::send_received(const AttemptRequest& request) {
  const Received& received = request.received;
  Outbound& outbound = request.outbound;
  const auto plan = plan_request(*context_, choice_, request);
  const auto endpoint = choice_.endpoint;
  const auto& client = context_->client.request();
  const bool beta = wants_beta(client.query, dialect::of(endpoint).family);
  compose(outbound, plan, client, context_->input.exchange.trace_id.text(),
          context_->input.exchange.caller);
  sent_as_.renamed = outbound.renamed;
  sent_as_.is_chunked = !plan.length;
  if (plan.stored != nullptr) sent_as_.renamed = choice_.route->model != request.place->model;
  sent_as_.hides_usage = outbound.hides_usage;
  sent_as_.adds_options = plan.is_final
                              ? plan.asks_usage
                              : outbound.hides_usage && !received.request().stream_options_at;
  std::array<asio::const_buffer, http::ServerStream::kBuffers> pieces;
  std::size_t count = 0;
  const auto& begin = destination().head(endpoint, beta);
  if (plan.stored != nullptr) {
    outbound.begin = Secret(address(begin.reveal(), *plan.stored, request.place->request_id));
  }
  pieces[count++] = asio::buffer(plan.stored != nullptr ? outbound.begin.reveal() : begin.reveal());
  pieces[count++] = asio::buffer(std::string_view(outbound.head));
  std::uint64_t at = 0;
  for (const Edit& edit : outbound.edits) {
    pieces[count++] = asio::buffer(plan.body.substr(at, edit.at.begin - at));
    pieces[count++] = asio::buffer(std::string_view(edit.text));
    at = edit.at.end;
  }
  pieces[count++] = asio::buffer(plan.body.substr(at));
  if (!plan.length) pieces[count++] = asio::buffer(http::kChunkEnd);
  return stream_->send(std::span(pieces).first(count));
}

// A nonce, which no cache in between has seen before (RFC 6455 §4.1).
Attempt::Sent Attempt::send_handshake(Outbound& outbound) {
  const std::array<std::uint64_t, 2> nonce{context_->gateway.random(), context_->gateway.random()};
  auto& session = *context_->input.session;
  session.nonce =
      codec::format_base64({reinterpret_cast<const char*>(nonce.data()), sizeof(nonce)});
  const auto& input = context_->input;
  compose_handshake(outbound, destination().head(choice_.endpoint).reveal(), session,
                    choice_.route->model, context_->client.request(),
                    input.exchange.trace_id.text(), input.exchange.caller);
  stream_->allow_switch();
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(outbound.begin.reveal()),
                                                 asio::buffer(std::string_view(outbound.head))};
  return stream_->send(pieces);
}

std::optional<AttemptEnd> Attempt::judge_handshake() {
  const auto& session = *context_->input.session;
  const auto* problem = http::accept_problem(stream_->head(), session.nonce, session.subprotocol);
  if (problem == nullptr) {
    has_reached_ = true;
    return std::nullopt;
  }
  has_reached_ = false;
  return classify(fail(Errc::upstream_answer_invalid, problem).error(), Outcome::no_answer);
}

Attempt::Sent Attempt::send_piece(std::string_view piece, bool chunked, bool last) {
  const bool framed = chunked && !piece.empty();
  const auto head = framed ? http::ChunkHead(piece.size()) : http::ChunkHead();
  const auto end = framed ? http::kChunkEnd : std::string_view{};
  const auto last_chunk = chunked && last ? http::kLastChunk : std::string_view{};
  const std::array<asio::const_buffer, 4> pieces{asio::buffer(head.text()), asio::buffer(piece),
                                                 asio::buffer(end), asio::buffer(last_chunk)};
  const auto sent = stream_->send(pieces);
  if (sent == Sent::partial) stream_->keep_unsent();
  return sent;
}

// Sends the part of an upload that had not arrived when its upstream was chosen, a piece at a time.
net::Task<Result<>> Attempt::send_upload(Received& received) {
  auto& client = context_->client;
  const bool chunked = sent_as_.is_chunked;
  // An upstream that answers before it has received all of it needs no more.
  stream_->watch_for_early_answer(context_->watch);
  sent_whole_ = false;
  while (!sent_whole_ && !stream_->answers_early()) {
    const auto piece = co_await client.next_body();
    if (!piece) co_return std::unexpected(piece.error());
    can_replay_ = false;
    if (stream_->answers_early()) break;
    if (piece->empty() && !client.body_done()) break;
    const auto passed = received.pass_piece(*piece);
    if (!passed) co_return std::unexpected(passed.error());
    const bool last = client.body_done();
    if (passed->empty() && !last) continue;
    const auto sent = send_piece(*passed, chunked, last);
    if (sent == Sent::failed) break;
    if (sent == Sent::partial) {
      arm(context_->settings().idle_timeout, Errc::upstream_idle_timeout);
      const auto rest = co_await stream_->send_rest();
      // The upstream may have answered before it closed.
      if (!rest && rest.error().code == Errc::upstream_broke) break;
      if (!rest) co_return rest;
      stream_->disarm();
    }
    sent_whole_ = last;
  }
  if (client.body_done()) context_->watch.begin();
  co_return Result<>{};
}

// Continues after the first system call. A request that cannot be sent does not end the attempt:
// the upstream may have answered before it closed.
net::Task<Result<>> Attempt::send_rest(Sent sent, Received& received) {
  sent_whole_ = sent == Sent::whole;
  if (sent == Sent::partial) {
    arm(context_->settings().idle_timeout, Errc::upstream_idle_timeout);
    const auto rest = co_await stream_->send_rest();
    if (!rest && rest.error().code != Errc::upstream_broke) co_return rest;
    sent_whole_ = rest.has_value();
    stream_->disarm();
  }
  if (sent_whole_ && !context_->client.body_done()) {
    const auto began = monotonic_now();
    auto sending = send_upload(received);
    if (auto uploaded = co_await std::move(sending); !uploaded) co_return uploaded;
    elsewhere_ += monotonic_now() - began;
  }
  co_return Result<>{};
}

void Attempt::begin_waiting(bool streamed) {
  CallRecord& record = *record_;
  record.sent = monotonic_now();
  record.phase = Phase::waiting;
  has_reached_ = true;
  arm(streamed ? context_->settings().first_event_timeout : destination().first_byte_timeout,
      Errc::upstream_first_byte_timeout, record.sent);
}

AttemptEnd Attempt::no_head(const Error& error, bool went_silent) {
  constexpr std::chrono::seconds kAtOnce{1};
  const NoHead connection{.has_answered = stream_->has_answered(),
                          .reused = stream_->reused(),
                          .at_once = monotonic_now() - record_->sent < kAtOnce};
  const bool has_left = context_->watch.has_left();
  if (error.code == Errc::upstream_broke) has_reached_ = has_left;
  auto end = classify_no_head(error, connection, has_left);
  if (went_silent && end.outcome == Outcome::first_byte_timeout) end.outcome = Outcome::went_silent;
  return explain(std::move(end));
}

Result<std::string_view> Attempt::take_first_piece() {
  if (!is_held_) return stream_->take_unread();
  return std::string_view(held_);
}

void Attempt::hold_answer() {
  if (!is_held_) {
    const auto piece = stream_->take_unread();
    if (piece) held_ = *piece;
    if (!piece) stream_->abort(piece.error().code);
    is_held_ = true;
  }
  stream_->keep_head();
}

void Attempt::move_to(CallRecord& record) {
  record.upstream = record_->upstream;
  record.phase = record_->phase;
  record.sent = record_->sent;
  record.first_byte = record_->first_byte;
  record.upstream_request_id = record_->upstream_request_id;
  record_ = &record;
}

// The usual steps are inlined: a coroutine for each would cost as much as the step.
net::Task<std::optional<AttemptEnd>> Attempt::run(AttemptRequest request) {
  place_ = request.place;
  auto& pool = context_->gateway.pool_for(context_->client, *context_->input.directory);
  set_stream(request.on_new_connection ? nullptr : pool.take_idle(*destination().upstream));
  if (!stream_) {
    set_stream(pool.make());
    const auto began = monotonic_now();
    if (const auto connected = co_await connect(); !connected) {
      const bool ours = connected.error().code == Errc::overloaded;
      co_return classify(connected.error(), ours ? Outcome::no_socket : Outcome::connect_failed);
    }
    elsewhere_ += monotonic_now() - began;
  }
  stream_->begin();
  record_->phase = Phase::sending;
  const bool is_session = context_->input.session != nullptr;
  const auto sent = is_session ? send_handshake(request.outbound) : send_received(request);
  sent_as_.translated = std::move(request.translated);
  if (sent != Sent::whole || !context_->client.body_done()) {
    auto sending = send_rest(sent, request.received);
    if (const auto rest = co_await std::move(sending); !rest) {
      co_return classify(rest.error(), Outcome::reset_before_answer);
    }
  }
  begin_waiting(request.received.request().streamed);
  {
    const WaitingCalls::Call waiting(context_->gateway.waiting(), *stream_, *destination().upstream,
                                     record_->sent);
    for (;;) {
      if (stream_->must_wait()) co_await stream_->read_more();
      const auto whole = stream_->take_head();
      if (!whole) co_return no_head(whole.error(), waiting.is_ended());
      if (*whole) break;
    }
  }
  record_->first_byte = monotonic_now();
  record_->upstream_request_id = find_request_id(stream_->head());
  destination().upstream->heard(record_->first_byte);
  if (stream_->head().status >= 400) {
    auto reading = read_error();
    co_await std::move(reading);
    // Its error is of no interest any more.
    if (stream_->aborted() == Errc::stopping) {
      co_return AttemptEnd{.outcome = Outcome::cancelled, .error = Errc::stopping};
    }
  }
  if (is_session && stream_->head().status < 300) co_return judge_handshake();
  co_return judge_answer(request);
}

// The connection is returned to the pool, or closed, before another upstream is chosen.
void Attempt::conclude(const AttemptEnd& end, MonotonicTime now) {
  const auto& row = upstream::describe(end.outcome);
  const auto& upstream = destination().upstream;
  upstream->report(*choice_.health, grant_.passes, end.outcome, context_->input.key_number, now);
  release_slot();
  context_->watch.remove(*stream_);
  context_->gateway.pool().give_back(upstream, std::move(stream_), sent_whole_, now);
  if (end.outcome == Outcome::rate_limited) choice_.health->cool_down(end.retry_after, now);
  context_->gateway.metrics().count_attempt(choice_.route->upstream, row.slug);
}

}  // namespace weir::gateway
