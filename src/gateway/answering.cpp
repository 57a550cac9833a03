#include "gateway/answering.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/ascii.hpp"
#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/answer_fields.hpp"
#include "gateway/rate_limit_fields.hpp"

namespace weir::gateway {
namespace {

using upstream::Outcome;

constexpr std::string_view kStreamFields = "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
constexpr std::size_t kMaxSubmissionBytes = 64 << 10;
constexpr std::size_t kMaxRequestIdBytes = 1024;  // a sealed one has room for it
constexpr std::size_t kMaxLeadBytes = 16 << 10;
constexpr std::chrono::seconds kAfterLastEvent{1};
constexpr std::size_t kFieldBytes = 512;  // of an answer, as a rule

bool is_good(int status) { return status >= 200 && status < 300; }

}  // namespace

// The head's views are invalid after the first suspension.
Answering::Answering(Attempt&& attempt, const AnswerInput& input)
    : input_(input), attempt_(std::move(attempt)), arrived_(record().first_byte) {
  record().phase = Phase::answering;
  keep_fields();
  if (!is_submission()) make_reader();
}

bool Answering::is_submission() {
  return dialect::of(input_.context.input.endpoint).request_id == dialect::RequestId::issued &&
         is_good(upstream().head().status);
}

void Answering::keep_fields() {
  fields_ = std::move(input_.context.input.fields);
  fields_.reserve(kFieldBytes);
  put_forwarded_fields(fields_, upstream().head());
}

void Answering::make_reader() {
  const auto& head = upstream().head();
  status_ = head.status;
  AnswerReader::Options options;
  options.max_event_bytes = static_cast<std::size_t>(input_.context.settings().max_event_bytes);
  if (attempt_.renamed()) codec::append_json_string(options.model, record().model);
  options.hide_usage = attempt_.hides_usage();
  options.read_text = input_.settlement.is_sample();
  options.endpoint = input_.context.input.endpoint;
  // A compressed answer, though none was requested, cannot be read.
  const auto coding = head.header("content-encoding");
  is_plain_ = coding.empty() || equals_ignoring_case(coding, "identity");
  reader_.emplace(is_good(head.status) && is_plain_ ? answer_form(head.header("content-type"))
                                                    : AnswerForm::opaque,
                  std::move(options));
  record().streamed = reader_->form() == AnswerForm::events;
}

net::Task<> Answering::run() {
  if (!reader_) {
    auto running = run_submission();
    co_return co_await std::move(running);
  }
  for (bool first = true;; first = false) {
    const auto sent =
        take_piece(first ? attempt_.take_first_piece() : upstream().take_piece(), first);
    if (sent == Sent::partial) co_await send_rest();
    if (ended_) co_return;
    if (record().streamed && client().begun() && !has_released_) release_buffers();
    await_more();
    if (upstream().must_wait()) co_await upstream().read_more();
    if (!client().begun()) arrived_ = monotonic_now();
  }
}

// A stream is mostly waited for: what was needed to begin it is released.
void Answering::release_buffers() {
  std::string().swap(fields_);
  std::string().swap(lead_);
  input_.settlement.release_request();
  input_.received.reset();
  if (client().body_done()) client().release_buffers();
  upstream().release_buffers();
  has_released_ = true;
}

void Answering::begin_answer(std::optional<std::uint64_t> length, MonotonicTime now) {
  CallRecord& record = this->record();
  attempt_.note_progress();
  put_standing(fields_, input_.admitted.standing);
  const auto before = record.sent - record.received - attempt_.elsewhere();
  const auto after = now - record.first_event;
  record.overhead = before + after;
  put_server_timing(fields_, record.overhead, record.first_event - record.sent);
  const http::AnswerHead answer{
      .status = upstream().head().status,
      .fixed_fields = record.streamed ? kStreamFields : std::string_view{},
      .fields = fields_,
      .length = length};
  client().begin(answer, client().may_keep_alive(), input_.context.input.exchange.whole_at);
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
  if (reader_->finished()) {
    attempt_.release_slot();
    if (finished_at_ == MonotonicTime{}) finished_at_ = monotonic_now();
    attempt_.arm(kAfterLastEvent, Errc::upstream_idle_timeout, finished_at_);
    return;
  }
  if (client().begun() || !record().streamed) {
    const auto now = monotonic_now();
    attempt_.note_heard(now);
    attempt_.arm(input_.context.settings().idle_timeout, Errc::upstream_idle_timeout, now);
  }
}

Answering::Sent Answering::take_piece(Result<std::string_view> piece, bool first) {
  auto& reader = *reader_;
  CallRecord& record = this->record();
  if (!piece) {
    // A stream that has said that it ends is complete, however its connection ends.
    if (!reader.finished() || input_.context.watch.has_left()) return break_off(piece.error());
    upstream().abort(Errc::upstream_broke);
    piece = std::string_view{};
  }
  const bool whole = first && upstream().done();
  const auto passed = whole ? reader.pass_whole(*piece) : reader.pass(*piece);
  if (!passed) return break_off(passed.error());
  record.streamed = reader.form() == AnswerForm::events;
  record.usage = reader.usage();
  record.events = reader.events();
  input_.settlement.set_answer(reader);
  const bool done = upstream().done() || (reader.finished() && upstream().aborted());
  if (!client().begun()) {
    if (const auto why = no_answer(*passed, done)) {
      end_with(fail(*why, "an error with status 200").error(), Outcome::broken_answer);
      return Sent::whole;
    }
    const bool is_lead = record.streamed && reader.events() == 0 && !reader.finished() && !done;
    // Comments before a stream's first event mean nothing by themselves: without end, they are
    // dropped.
    if (is_lead && lead_.size() + passed->size() > kMaxLeadBytes) lead_.clear();
    if (is_lead || !lead_.empty()) lead_ += *passed;
    if (is_lead) return Sent::whole;
    if (!lead_.empty()) return forward(lead_, done, whole);
  }
  return forward(*passed, done, whole);
}

// An answer is judged while nothing of it was forwarded.
std::optional<Errc> Answering::no_answer(std::string_view passed, bool done) const {
  if (!is_good(status_) || !answers_json() || !is_plain_) return std::nullopt;
  // A client must read why its request is refused.
  if (reader_->failed_at_once() && !blames_request(passed)) return Errc::upstream_refused;
  const auto text = passed.substr(std::min(passed.find_first_not_of(" \t\r\n"), passed.size()));
  if (text.starts_with('<')) return Errc::upstream_answer_invalid;
  const bool is_stream = reader_->form() == AnswerForm::events;
  if (done && text.empty() && !is_stream && !reader_->rewrites()) {
    return Errc::upstream_broke;
  }
  return std::nullopt;
}

bool Answering::answers_json() const {
  const auto& row = dialect::of(input_.context.input.endpoint);
  return row.counts(dialect::Meter::input_tokens) || row.counts(dialect::Meter::images);
}

bool Answering::blames_request(std::string_view body) const {
  const bool is_stream = reader_->form() == AnswerForm::events;
  return dialect::blames_request(is_stream ? reader_->error() : body);
}

Answering::Sent Answering::forward(std::string_view passed, bool done, bool whole) {
  auto& reader = *reader_;
  CallRecord& record = this->record();
  if ((!passed.empty() || done) && record.first_event == MonotonicTime{}) {
    record.first_event = arrived_;
  }
  if (done) return finish(passed, whole);
  if (passed.empty()) return Sent::whole;
  if (!client().begun()) {
    const bool any_length = reader.rewrites() || record.streamed;
    begin_answer(any_length ? std::nullopt : upstream().head().length, monotonic_now());
  }
  const auto sent = client().send_piece(passed);
  if (sent == Sent::failed) end_with(fail(Errc::client_left).error(), Outcome::cancelled);
  return sent;
}

// All of the answer is here.
Answering::Sent Answering::finish(std::string_view passed, bool whole) {
  auto& reader = *reader_;
  CallRecord& record = this->record();
  const auto now = monotonic_now();
  record.complete = whole ? record.first_byte : now;
  const bool stream = record.streamed;
  std::string_view rest = passed;
  std::string joined;
  const bool holds_some = reader.rewrites() || (stream && upstream().done());
  if (holds_some && !whole) {
    joined = passed;
    joined += reader.rest();
    rest = joined;
  }
  if (stream && !reader.finished() && reader.events() == 0 && !client().begun()) {
    end_with(fail(Errc::upstream_broke, "the event stream has no events").error(),
             Outcome::broken_answer);
    return Sent::whole;
  }
  const int status = upstream().head().status;
  if (!client().begun()) {
    begin_answer(stream ? std::nullopt : std::optional<std::uint64_t>(rest.size()), now);
  }
  if (!is_good(status) || !answers_json() || !reader.failed()) {
    if (is_good(status)) input_.settlement.set_succeeded();
    return send_last(rest, attempt_.outcome());
  }
  // The client has the upstream's own words; the call has failed.
  const auto outcome = blames_request(rest) ? attempt_.outcome() : Outcome::broken_answer;
  const auto sent = send_last(rest, outcome);
  if (!ended_->error) ended_->error = Errc::upstream_refused;
  return sent;
}

// The upstream has done its part: a client that has all of the answer finds its slot, and the
// upstream's, free.
Answering::Sent Answering::send_last(std::string_view body, Outcome outcome) {
  input_.settlement.settle(monotonic_now());
  attempt_.release_slot();
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
// stream ends with an error event, and every answer without its proper end.
Answering::Sent Answering::break_off(const Error& error) {
  end_with(error, Outcome::broken_answer);
  const bool stopping = ended_->error == Errc::stopping;
  const bool can_tell = client().begun() && record().streamed && !reader_->finished() &&
                        (ended_->outcome != Outcome::cancelled || stopping);
  if (!can_tell) return Sent::whole;
  const auto family = dialect::of(input_.context.input.endpoint).family;
  const auto event = dialect::break_event(family, {.code = error.code,
                                                   .events = reader_->events(),
                                                   .model = record().model,
                                                   .id = reader_->id()});
  const auto sent = client().send_piece(event);
  return sent == Sent::partial ? sent : Sent::whole;
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
    attempt_.arm(input_.context.settings().idle_timeout, Errc::upstream_idle_timeout);
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
    edit = Edit{{value.begin, value.end}, '"' + seal.seal(place, identity, wall_now()) + '"'};
  });
  if (!edit || ids > 1)
    return fail(Errc::upstream_answer_invalid, "the answer does not have exactly one requestId");
  body.replace(edit->at.begin, edit->at.end - edit->at.begin, edit->text);
  return {};
}

}  // namespace weir::gateway
