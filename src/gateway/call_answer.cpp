// Stage: forwarding of the answer from the upstream to the client, piece by piece.
#include "base/ascii.hpp"
#include "codec/json_text.hpp"
#include "gateway/call.hpp"
#include "upstream/pool.hpp"
#include "upstream/retry_after.hpp"

namespace weir::gateway {
namespace {

// Fields of an upstream's head that are forwarded; the rest would reveal what is behind the
// gateway.
constexpr std::array<std::string_view, 4> kPassedFields = {
    "content-type", "content-encoding", "content-disposition", "content-language"};
constexpr std::string_view kStreamFields = "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
constexpr std::size_t kMaxSubmissionBytes = 64 << 10;
constexpr std::size_t kFieldBytes = 512;  // a usual size for an answer's fields

// "12.345"
void put_milliseconds(std::string& text, MonotonicClock::duration time) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  codec::append_json_integer(text, std::int64_t{us / 1000});
  const auto rest = us % 1000;
  text += '.';
  text += static_cast<char>('0' + rest / 100);
  text += static_cast<char>('0' + rest / 10 % 10);
  text += static_cast<char>('0' + rest % 10);
}

bool is_first_endpoint(catalogue::Endpoint endpoint, catalogue::SubTypes sub_types) {
  bool first = false;
  sub_types.for_each([&](catalogue::SubType sub_type) {
    first = first || catalogue::first_endpoint_of(sub_type) == endpoint;
  });
  return first;
}

bool is_good(int status) { return status >= 200 && status < 300; }

}  // namespace

// Maps an error to the attempt's outcome and the client's error if it is the last attempt.
Call::Try Call::failed(const Error& error, Outcome otherwise) const {
  // A lost connection is the client's; for the upstream's the code is upstream_broke.
  if (left_ || error.code == Errc::client_left || error.code == Errc::connection_lost) {
    return {Outcome::cancelled, Errc::client_left, {}};
  }
  if (error.code == Errc::stopping || error.code == Errc::client_stalled ||
      error.code == Errc::invalid_parameter || error.code == Errc::request_timeout ||
      error.code == Errc::payload_too_large || error.code == Errc::malformed_request) {
    return {Outcome::cancelled,
            error.code,
            {},
            error.code == Errc::invalid_parameter ? error.detail : std::string{}};
  }
  switch (error.code) {
    case Errc::upstream_total_timeout:
      return {Outcome::total_timeout, error.code, {}};
    case Errc::upstream_idle_timeout:
      return {otherwise == Outcome::connect_failed ? otherwise : Outcome::stalled, error.code, {}};
    case Errc::upstream_first_byte_timeout:
      return {Outcome::first_byte_timeout, error.code, {}};
    default:
      return {otherwise, error.code, {}};
  }
}

// Decides whether the answer is an attempt's failure. Answers about the upstream's own trouble, or
// its trouble with this gateway, are not forwarded.
Call::Try Call::judge_status() {
  const auto& head = server_->head();
  const int status = head.status;
  const auto outcome = upstream::outcome_of_status(status);
  // The client gets the value the breaker uses: the date may have passed, or be years ahead.
  const auto retry_after = upstream::parse_retry_after(head.header("retry-after"), wall_now())
                               .transform(upstream::Breaker::bounded);
  if (status == 401 || status == 403) return {outcome, Errc::upstream_rejected_key, {}};
  if (status == 429) return {outcome, Errc::upstream_rate_limited, retry_after};
  if (status >= 500) return {outcome, Errc::upstream_refused, retry_after};
  if (status >= 300 && status < 400) {
    return {Outcome::broken_answer, Errc::upstream_answer_invalid, {}};
  }
  return {outcome, std::nullopt, {}};
}

// A route may rest on an assumption: the operator declared it, or the kind is known to serve no
// path of the model's sub types. If the upstream then does not know the first of these paths, or
// the model there, the route does not exist. A 404 of another path may have any cause.
void Call::report_if_not_served() const {
  const int status = server_->head().status;
  if (status != 404 && status != 405 && status != 410 && status != 501) return;
  const auto& report = gateway_.shared_.not_served;
  const catalogue::Route& route = *choice_.route;
  if (!report || route.status == catalogue::Status::unavailable) return;
  const auto sub_types = model_->model_class.sub_types;
  const bool assumed =
      !route.listed || !choice_.destination->documented.intersects(endpoints_of(sub_types));
  if (assumed && is_first_endpoint(input_.endpoint, sub_types)) {
    report(route.upstream, route.model);
  }
}

// True if the answer may be forwarded.
bool Call::accept_status() {
  report_if_not_served();
  auto judged = judge_status();
  reached_ = server_->head().status < 300;
  if (!judged.error) return true;
  [[maybe_unused]] const auto body = server_->take_unread();
  ended_ = std::move(judged);
  return false;
}

// Copies the fields to forward: the head's views are invalid after the first wait.
void Call::keep_fields() {
  input_.fields.reserve(kFieldBytes);
  for (const auto name : kPassedFields) {
    const auto value = server_->head().header(name);
    if (!value.empty()) input_.fields.append(name).append(": ").append(value).append("\r\n");
  }
}

void Call::begin_answer(std::optional<std::uint64_t> length, MonotonicTime now) {
  auto& fields = input_.fields;
  put_standing(fields);
  const auto before = record_.sent - record_.received - elsewhere_;
  const auto after = now - record_.first_event;
  record_.overhead = before + after;
  put_milliseconds(fields.append("Server-Timing: weir;dur="), before + after);
  put_milliseconds(fields.append(", upstream;dur="), record_.first_event - record_.sent);
  fields += "\r\n";
  const http::ClientStream::Head answer{
      .status = server_->head().status,
      .fixed_fields = record_.streamed ? kStreamFields : std::string_view{},
      .fields = fields,
      .length = length};
  client_.begin(answer, client_.may_keep_alive(), input_.exchange.whole_at);
}

// Releases what was needed to begin a stream, which mostly waits: there are no further attempts.
void Call::slim_down() {
  std::string().swap(input_.fields);
  asked_.reset();
  release_held();
  if (client_.body_done()) client_.slim_down();
  server_->slim_down();
  slim_ = true;
}

bool Call::is_submission() const {
  return input_.endpoint == catalogue::Endpoint::video_submit && is_good(server_->head().status);
}

void Call::make_reader() {
  const auto& head = server_->head();
  AnswerReader::Wishes wishes;
  wishes.max_event_bytes = static_cast<std::size_t>(settings().max_event_bytes);
  if (renamed_) codec::append_json_string(wishes.model, model_->id);
  wishes.hide_usage = hides_usage_;
  wishes.endpoint = input_.endpoint;
  // A compressed answer, though none was requested, cannot be read.
  const auto coding = head.header("content-encoding");
  const bool is_plain = coding.empty() || equals_ignoring_case(coding, "identity");
  reader_.emplace(is_good(head.status) && is_plain ? answer_form(head.header("content-type"))
                                                   : AnswerForm::opaque,
                  std::move(wishes));
  record_.streamed = reader_->form() == AnswerForm::events;
}

net::Task<> Call::answer() {
  record_.phase = Phase::answering;
  keep_fields();
  make_reader();
  arrived_ = record_.first_byte;
  for (bool first = true;; first = false) {
    const auto sent = take_piece(first ? server_->take_unread() : server_->take_piece(), first);
    if (sent == Sent::in_part) co_await send_rest();
    if (ended_) co_return;
    if (record_.streamed && client_.begun() && !slim_) slim_down();
    await_more(first);
    if (server_->must_wait()) co_await server_->read_more();
    if (!client_.begun()) arrived_ = monotonic_now();
  }
}

// Does not read from the upstream while the client is slow; its timeout is suspended.
net::Task<> Call::send_rest() {
  server_->disarm();
  const auto lost = co_await client_.send_rest();
  // Keep the first final error.
  if (lost && !(ended_ && ended_->error)) ended_ = failed(fail(*lost).error(), Outcome::cancelled);
}

void Call::await_more(bool first) {
  if (client_.begun() || (!record_.streamed && first)) {
    arm(settings().idle_timeout, Errc::upstream_idle_timeout);
  }
}

Call::Sent Call::take_piece(Result<std::string_view> piece, bool first) {
  auto& reader = *reader_;
  if (!piece) {
    // A stream that has sent its final event is complete, however its connection ends.
    if (!reader.finished() || left_) return break_off(piece.error());
    server_->abort(Errc::upstream_broke);
    piece = std::string_view{};
  }
  const bool whole = first && server_->done();
  const auto passed = whole ? reader.pass_whole(*piece) : reader.pass(*piece);
  if (!passed) return break_off(passed.error());
  record_.usage = reader.usage();
  record_.events = reader.events();
  const bool done = server_->done() || (reader.finished() && server_->aborted());
  if ((!passed->empty() || done) && record_.first_event == MonotonicTime{}) {
    record_.first_event = arrived_;
  }
  if (done) return finish(*passed, whole);
  if (passed->empty()) return Sent::whole;
  if (!client_.begun()) {
    const bool any_length = reader.rewrites() || record_.streamed;
    begin_answer(any_length ? std::nullopt : server_->head().length, monotonic_now());
  }
  const auto sent = client_.send_piece(*passed);
  if (sent == Sent::failed) ended_ = failed(fail(Errc::client_left).error(), Outcome::cancelled);
  return sent;
}

// Handles the complete answer.
Call::Sent Call::finish(std::string_view passed, bool whole) {
  auto& reader = *reader_;
  const auto now = monotonic_now();
  record_.complete = whole ? record_.first_byte : now;
  const bool stream = record_.streamed;
  if (stream && !reader.finished() && reader.events() == 0 && !client_.begun() && passed.empty()) {
    ended_ = failed(fail(Errc::upstream_broke, "an event stream without events").error(),
                    Outcome::broken_answer);
    return Sent::whole;
  }
  std::string_view rest = passed;
  std::string joined;
  const bool holds_some = reader.rewrites() || (stream && server_->done());
  if (holds_some && !whole) {
    joined = passed;
    joined += reader.rest();
    rest = joined;
  }
  const int status = server_->head().status;
  if (!client_.begun()) {
    begin_answer(stream ? std::nullopt : std::optional<std::uint64_t>(rest.size()), now);
  }
  // Released before the answer is completed: a client that has all of it finds its slot, and the
  // upstream's, free.
  succeeded_ = is_good(status);
  settle(now);
  slot_.release();
  const auto sent = client_.send_last_piece(rest);
  if (sent == Sent::failed) {
    ended_ = failed(fail(Errc::client_left).error(), Outcome::cancelled);
  } else {
    ended_ = Try{upstream::outcome_of_status(status), std::nullopt, {}};
    record_.phase = Phase::done;
  }
  return sent;
}

// Before anything was sent to the client, an error is an answer of its own. Afterwards an event
// stream ends with an error event, and every answer without its proper end.
Call::Sent Call::break_off(const Error& error) {
  ended_ = failed(error, Outcome::broken_answer);
  const bool stopping = ended_->error == Errc::stopping;
  const bool told =
      client_.begun() && record_.streamed && (ended_->outcome != Outcome::cancelled || stopping);
  if (!told) return Sent::whole;
  std::string event = R"(data: {"error":{"message":"The answer broke off.","type":")";
  event.append(stopping ? "server_error" : "upstream_error").append(R"(","code":")");
  event.append(describe(error.code).slug).append("\"}}\n\n");
  const auto sent = client_.send_piece(event);
  return sent == Sent::in_part ? sent : Sent::whole;
}

// The id sent to the client encodes the upstream that has the request.
net::Task<> Call::answer_submission() {
  record_.phase = Phase::answering;
  keep_fields();
  std::string body;
  auto piece = server_->take_unread();
  for (;;) {
    if (!piece) {
      ended_ = failed(piece.error(), Outcome::broken_answer);
      co_return;
    }
    body += *piece;
    if (body.size() > kMaxSubmissionBytes) {
      ended_ = failed(fail(Errc::upstream_answer_too_large).error(), Outcome::broken_answer);
      co_return;
    }
    if (server_->done()) break;
    arm(settings().idle_timeout, Errc::upstream_idle_timeout);
    if (server_->must_wait()) co_await server_->read_more();
    piece = server_->take_piece();
  }
  record_.complete = record_.first_event = monotonic_now();
  constexpr std::array<std::string_view, 1> kMembers = {"requestId"};
  codec::JsonScanner scanner(kMembers);
  std::optional<Edit> edit;
  scanner.feed(body, [&](const codec::JsonValue& value) {
    const auto id = codec::parse_json_string(value.text);
    if (!id) return;
    const RequestPlace place{record_.upstream, model_->id, *id};
    const auto sealed = gateway_.shared_.request_seal.seal(place, input_.key_identity, wall_now());
    edit = Edit{{value.begin, value.end}, '"' + sealed + '"'};
  });
  if (!edit) {
    ended_ =
        failed(fail(Errc::upstream_answer_invalid, "no requestId").error(), Outcome::broken_answer);
    co_return;
  }
  body.replace(edit->at.begin, edit->at.end - edit->at.begin, edit->text);
  begin_answer(body.size(), record_.complete);
  succeeded_ = true;
  settle(record_.complete);
  slot_.release();
  ended_ = Try{};
  record_.phase = Phase::done;
  const auto sent = client_.send_last_piece(body);
  if (sent == Sent::failed) ended_ = failed(fail(Errc::client_left).error(), Outcome::cancelled);
  if (sent == Sent::in_part) co_await send_rest();
}

}  // namespace weir::gateway
