#include "gateway/answering.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "codec/json_scanner.hpp"
#include "dialect/endpoint.hpp"
#include "dialect/fault.hpp"
#include "gateway/answer_fields.hpp"
#include "gateway/rate_limit_fields.hpp"

namespace weir::gateway {
namespace {

using upstream::Outcome;

constexpr std::string_view kStreamFields = "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
// Answers in Weir's own words.
constexpr std::string_view kJsonField = "Content-Type: application/json\r\n";
constexpr int kRefused = 400;
constexpr std::size_t kMaxSubmissionBytes = 64 << 10;
constexpr std::size_t kMaxRequestIdBytes = 1024;  // a sealed one has room for it
constexpr std::size_t kLargePieceBytes = 256 << 10;

bool is_good(int status) { return status >= 200 && status < 300; }

}  // namespace

net::Task<> Answering::run() {
  if (opening_.reader() == nullptr) {
    auto running = run_submission();
    co_return co_await std::move(running);
  }
  auto sent = forward_first();
  for (;;) {
    if (sent == Sent::partial) {
      release_large_request();
      co_await send_rest();
    }
    if (ended_) co_return;
    if (record().streamed && client().begun() && !has_released_) release_buffers();
    await_more();
    if (upstream().must_wait()) co_await upstream().read_more();
    if (!has_begun_) arrived_ = monotonic_now();
    sent = take_piece(upstream().take_piece());
  }
}

// A stream is mostly waited for: what was needed to begin it is released.
void Answering::release_buffers() {
  std::string().swap(input_.context.input.fields);
  opening_.release_buffers();
  input_.settlement.release_request();
  input_.received.reset();
  if (auto* translated = attempt().translated()) translated->release_body();
  if (client().body_done()) client().release_buffers();
  upstream().release_buffers();
  has_released_ = true;
}

// A slow client's answer may take long, and nothing is sent again.
void Answering::release_large_request() {
  if (!input_.received || !input_.received->is_large()) return;
  input_.settlement.release_request();
  input_.received.reset();
  if (auto* translated = attempt().translated()) translated->release_body();
}

void Answering::begin_answer(std::optional<std::uint64_t> length, MonotonicTime now) {
  CallRecord& record = this->record();
  auto& fields = input_.context.input.fields;
  attempt().note_progress();
  put_standing(fields, input_.admitted.standing);
  const auto before = record.sent - record.received - attempt().elsewhere();
  const auto after = now - record.first_event;
  record.overhead = before + after;
  if (translation() != nullptr)
    fields += record.streamed ? stream_field() : std::string(kJsonField);
  put_server_timing(fields, record.overhead, record.first_event - record.sent);
  has_begun_ = true;
  if (client().begun()) return;  // by comments
  const http::AnswerHead answer{
      .status = status_,
      .fixed_fields = record.streamed ? kStreamFields : std::string_view{},
      .fields = fields,
      .length = length};
  client().begin(answer, client().may_keep_alive(), input_.context.input.exchange.whole_at);
}

std::string Answering::stream_field() const {
  const auto& input = input_.context.input;
  const auto usual = dialect::of(dialect::of(input.endpoint).family).stream.framing;
  return fmt::format("Content-Type: {}\r\n", dialect::media_type(input.framing.value_or(usual)));
}

// While the client is slow, the upstream is not read, and its timeout is suspended.
net::Task<> Answering::send_rest() {
  upstream().disarm();
  const auto lost = co_await client().send_rest();
  // The first final error is kept.
  if (lost && !(ended_ && ended_->error)) end_with(fail(*lost).error(), Outcome::cancelled);
}

void Answering::await_more() {
  // Whatever the connection does after the last event.
  if (reader().finished()) {
    attempt().release_slot();
    if (finished_at_ == MonotonicTime{}) finished_at_ = monotonic_now();
    const auto patience = input_.context.settings().stream_end_timeout;
    attempt().arm(patience, Errc::upstream_idle_timeout, finished_at_);
    return;
  }
  if (client().begun() || !record().streamed) {
    const auto now = monotonic_now();
    attempt().note_heard(now);
    attempt().arm(input_.context.settings().idle_timeout, Errc::upstream_idle_timeout, now);
  }
}

Answering::Sent Answering::forward_first() {
  const auto& first = opening_.first();
  input_.settlement.set_answer(reader());
  return forward(first.bytes, first.done, first.is_whole);
}

Answering::Sent Answering::take_piece(Result<std::string_view> piece) {
  auto& reader = this->reader();
  CallRecord& record = this->record();
  if (!piece) {
    // A stream that has said that it ends is complete, however its connection ends.
    if (!reader.finished() || input_.context.watch.has_left()) return break_off(piece.error());
    upstream().abort(Errc::upstream_broke);
    piece = std::string_view{};
  }
  const auto passed = reader.pass(*piece);
  if (!passed) return break_off(passed.error());
  if (const auto held = opening_.hold_bytes(whole_.size()); !held) return break_off(held.error());
  record.streamed = reader.form() == AnswerForm::events;
  record.usage = reader.usage();
  record.events = reader.events();
  input_.settlement.set_answer(reader);
  return forward(*passed, upstream().done() || (reader.finished() && upstream().aborted()), false);
}

upstream::Outcome Answering::outcome_of_failed(std::string_view body) {
  const auto judged = attempt().outcome();
  const bool is_stream = reader().form() == AnswerForm::events;
  const auto error = is_stream ? reader().error() : body;
  if (judged == Outcome::request_failed || dialect::blames_request(error)) return judged;
  return Outcome::broken_answer;
}

Answering::Sent Answering::forward(std::string_view passed, bool done, bool whole) {
  CallRecord& record = this->record();
  if ((!passed.empty() || done) && record.first_event == MonotonicTime{}) {
    record.first_event = arrived_;
  }
  const bool is_translated = translation() != nullptr;
  const bool can_refuse = is_translated && opening_.is_error() && !client().begun();
  if (can_refuse && is_good(status_)) return refuse(passed);
  if (done) return finish(passed, whole);
  return is_translated ? forward_translated(passed) : send_piece(passed);
}

// An error that came with a good status is in words of Weir's own, and so is its status.
Answering::Sent Answering::refuse(std::string_view body) {
  const auto error = record().streamed ? reader().error() : body;
  status_ = kRefused;
  whole_ = translation()->rewrite_error(status_, error);
  record().streamed = false;
  begin_answer(whole_.size(), monotonic_now());
  const auto sent = send_last(whole_, outcome_of_failed(error));
  if (!ended_->error) ended_->error = Errc::upstream_refused;
  return sent;
}

Answering::Sent Answering::forward_translated(std::string_view passed) {
  if (record().streamed && is_good(status_)) {
    translation()->at(monotonic_now() - record().received);
    const auto events = translation()->pass(passed);
    if (!attempt().translated()->hold()) return break_off(no_room());
    return translation()->broken() ? end_broken(events) : send_piece(events);
  }
  if (const auto held = hold_whole(passed); !held) return break_off(held.error());
  return Sent::whole;
}

Error Answering::no_room() { return fail(Errc::overloaded, "calls.buffer_bytes").error(); }

// `events`: the last of them says so. Before anything has gone to the client, an error is an answer
// of its own.
Answering::Sent Answering::end_broken(std::string_view events) {
  const auto error = fail(*translation()->broken(), "as it was translated").error();
  if (!client().begun()) return break_off(error);
  end_with(error, Outcome::broken_answer);
  const auto sent = client().send_last_piece(events);
  return sent == Sent::partial ? sent : Sent::whole;
}

Result<> Answering::hold_whole(std::string_view passed) {
  whole_ += passed;
  const auto most = static_cast<std::size_t>(input_.context.settings().max_event_bytes);
  if (whole_.size() > most) return fail(Errc::upstream_answer_too_large, "calls.max_event_bytes");
  return opening_.hold_bytes(whole_.size());
}

Answering::Sent Answering::send_piece(std::string_view piece) {
  if (piece.empty()) return Sent::whole;
  if (!has_begun_) {
    const bool any_length = reader().rewrites() || record().streamed;
    begin_answer(any_length ? std::nullopt : upstream().head().length, monotonic_now());
  }
  // A slow client's part is copied.
  if (piece.size() > kLargePieceBytes) {
    if (const auto held = opening_.hold_bytes(piece.size()); !held) return break_off(held.error());
  }
  const auto sent = client().send_piece(piece);
  if (sent == Sent::failed) end_with(fail(Errc::client_left).error(), Outcome::cancelled);
  return sent;
}

Result<std::string_view> Answering::translate_rest(std::string_view rest) {
  auto& translation = *this->translation();
  translation.at(monotonic_now() - record().received);
  if (record().streamed && is_good(status_)) return translation.finish(rest);
  if (auto held = hold_whole(rest); !held) return std::unexpected(std::move(held.error()));
  if (!is_good(status_)) {
    whole_ = translation.rewrite_error(status_, whole_);
    return whole_;
  }
  auto answer = translation.rewrite(whole_);
  if (!answer) return std::unexpected(std::move(answer.error()));
  whole_ = std::move(*answer);
  return whole_;
}

// All of the answer is here.
Answering::Sent Answering::finish(std::string_view passed, bool whole) {
  auto& reader = this->reader();
  CallRecord& record = this->record();
  const auto now = monotonic_now();
  record.complete = opening_.first().done ? arrived_ : now;
  const bool stream = record.streamed;
  std::string_view rest = passed;
  std::string joined;
  const bool holds_some = reader.rewrites() || (stream && upstream().done());
  if (holds_some && !whole) {
    joined = passed;
    joined += reader.rest();
    rest = joined;
  }
  std::string_view body = rest;
  if (translation() != nullptr) {
    const auto translated = translate_rest(rest);
    if (!translated) return break_off(translated.error());
    body = *translated;
    if (translation()->broken()) return end_broken(body);
  }
  if (!has_begun_) {
    begin_answer(stream ? std::nullopt : std::optional<std::uint64_t>(body.size()), now);
  }
  if (!opening_.is_error() && (!opening_.is_read() || !reader.failed())) {
    if (is_good(status_)) input_.settlement.set_succeeded();
    return send_last(body, attempt().outcome());
  }
  // The client has the upstream's own words; the call has failed.
  const auto sent = send_last(body, outcome_of_failed(rest));
  if (!ended_->error) ended_->error = Errc::upstream_refused;
  return sent;
}

// The upstream has done its part: a client that has all of the answer finds its slot, and the
// upstream's, free.
Answering::Sent Answering::send_last(std::string_view body, Outcome outcome) {
  input_.settlement.settle(monotonic_now());
  attempt().release_slot();
  const auto sent = client().send_last_piece(body);
  if (sent == Sent::failed) {
    end_with(fail(Errc::client_left).error(), Outcome::cancelled);
  } else {
    ended_ = AttemptEnd{.outcome = outcome};
    record().phase = Phase::done;
  }
  return sent;
}

// Before anything has gone to the client, an error is an answer of its own. After it, an event
// stream ends with an error event, and every other answer without its proper end.
Answering::Sent Answering::break_off(const Error& error) {
  // Memory of this process is not the upstream's fault.
  const bool is_ours = error.code == Errc::overloaded;
  end_with(error, is_ours ? Outcome::no_socket : Outcome::broken_answer);
  const bool stopping = ended_->error == Errc::stopping;
  const bool can_tell = client().begun() && record().streamed && !reader().finished() &&
                        (ended_->outcome != Outcome::cancelled || stopping);
  if (!can_tell) return Sent::whole;
  const auto event = end_event(error.code);
  const auto sent = client().send_last_piece(event);
  return sent == Sent::partial ? sent : Sent::whole;
}

std::string Answering::end_event(Errc code) {
  if (translation() != nullptr) return std::string(translation()->break_off(code));
  const auto family = dialect::of(input_.context.input.endpoint).family;
  return dialect::break_event(
      family,
      {.code = code, .events = reader().events(), .model = record().model, .id = reader().id()});
}

net::Task<> Answering::run_submission() {
  auto reading = read_submission();
  auto body = co_await std::move(reading);
  if (body) {
    record().complete = record().first_event = monotonic_now();
    if (auto sealed = seal_request_id(*body); !sealed) {
      body = std::unexpected(std::move(sealed.error()));
    }
  }
  if (!body) {
    end_with(body.error(), Outcome::broken_answer);
    co_return;
  }
  begin_answer(body->size(), record().complete);
  input_.settlement.set_succeeded();
  if (send_last(*body, Outcome::answered) == Sent::partial) co_await send_rest();
}

net::Task<Result<std::string>> Answering::read_submission() {
  std::string body;
  auto piece = upstream().take_unread();
  for (;;) {
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    body += *piece;
    if (body.size() > kMaxSubmissionBytes) co_return fail(Errc::upstream_answer_too_large);
    if (upstream().done()) co_return body;
    attempt().arm(input_.context.settings().idle_timeout, Errc::upstream_idle_timeout);
    if (upstream().must_wait()) co_await upstream().read_more();
    piece = upstream().take_piece();
  }
}

Result<> Answering::seal_request_id(std::string& body) {
  static constexpr codec::MemberPaths kMembers = {{"requestId"}};
  codec::JsonScanner scanner(kMembers);
  std::optional<Edit> edit;
  int ids = 0;
  const auto& seal = input_.context.gateway.shared().request_seal;
  const auto& identity = input_.context.input.key_identity;
  scanner.feed(body, [&](const codec::JsonValue& value) {
    ++ids;
    const auto id = codec::parse_json_string(value.text);
    if (!id || id->size() > kMaxRequestIdBytes) return;
    const RequestPlace place{record().upstream, record().model, *id};
    edit = Edit{{value.begin, value.end},
                '"' + seal.seal(SealedId::video, place, identity, wall_now()) + '"'};
  });
  if (!edit || ids > 1)
    return fail(Errc::upstream_answer_invalid, "the answer does not have exactly one requestId");
  body.replace(edit->at.begin, edit->at.end - edit->at.begin, edit->text);
  return {};
}

}  // namespace weir::gateway
