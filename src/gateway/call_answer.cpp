// Stage: the answer, from the upstream to the client, each piece as it comes.
#include "codec/json_text.hpp"
#include "gateway/call.hpp"
#include "upstream/pool.hpp"
#include "upstream/retry_after.hpp"

namespace weir::gateway {
namespace {

// What a client may see of an upstream's head; the rest says what is inside.
constexpr std::array<std::string_view, 4> kPassedFields = {
    "content-type", "content-encoding", "content-disposition", "content-language"};
constexpr std::string_view kStreamFields = "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
constexpr std::size_t kMaxSubmissionBytes = 64 << 10;

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

bool is_good(int status) { return status >= 200 && status < 300; }

}  // namespace

// How an error ended the try, and what the client is told if it is the last one.
Call::Try Call::failed(const Error& error, Outcome otherwise) const {
  // A connection that is lost is the client's; the upstream's breaks.
  if (left_ || error.code == Errc::client_left || error.code == Errc::connection_lost) {
    return {Outcome::cancelled, Errc::client_left, {}};
  }
  if (error.code == Errc::client_stalled || error.code == Errc::invalid_parameter ||
      error.code == Errc::request_timeout || error.code == Errc::payload_too_large ||
      error.code == Errc::malformed_request) {
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

// An answer that is the upstream's own trouble, or ours with it, is not the client's to see.
Call::Try Call::judge_status() {
  const auto& head = server_->head();
  const int status = head.status;
  const auto outcome = upstream::outcome_of_status(status);
  const auto retry_after = upstream::parse_retry_after(head.header("retry-after"), wall_now());
  if (status == 401 || status == 403) return {outcome, Errc::upstream_rejected_key, {}};
  if (status == 429) return {outcome, Errc::upstream_rate_limited, retry_after};
  if (status >= 500) return {outcome, Errc::upstream_refused, retry_after};
  if (status >= 300 && status < 400) {
    return {Outcome::broken_answer, Errc::upstream_answer_invalid, {}};
  }
  return {outcome, std::nullopt, {}};
}

// The head's views end with the first wait.
void Call::keep_fields() {
  for (const auto name : kPassedFields) {
    const auto value = server_->head().header(name);
    if (!value.empty()) input_.fields.append(name).append(": ").append(value).append("\r\n");
  }
}

void Call::begin_answer(std::optional<std::uint64_t> length) {
  auto& fields = input_.fields;
  put_standing(fields);
  const auto now = monotonic_now();
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

// A stream is mostly waited for: what was needed to begin it is given back, since there is no going
// back.
void Call::slim_down() {
  std::string().swap(input_.fields);
  std::string().swap(head_);
  std::string().swap(body_store_);
  edits_.clear();
  edits_.shrink_to_fit();
  body_ = {};
  if (client_.body_done()) client_.slim_down();
}

// While the client is slow, the upstream is not read: its own clock stands still.
net::Task<Result<>> Call::pass_on(std::string_view piece, bool last) {
  const auto sent = last ? client_.send_last_piece(piece) : client_.send_piece(piece);
  if (sent == http::ClientStream::Sent::failed) co_return fail(Errc::client_left);
  if (sent == http::ClientStream::Sent::in_part) {
    server_->disarm();
    co_return co_await client_.send_rest();
  }
  co_return Result<>{};
}

net::Task<Call::Try> Call::answer() {
  record_.phase = Phase::answering;
  keep_fields();
  const auto& head = server_->head();
  const int status = head.status;
  const auto length = head.length;
  AnswerReader::Wishes wishes;
  wishes.max_event_bytes = static_cast<std::size_t>(settings().max_event_bytes);
  if (renamed_) codec::append_json_string(wishes.model, model_->id);
  wishes.hide_usage = hides_usage_;
  wishes.endpoint = input_.endpoint;
  // Compressed though nobody asked for it: nothing in it can be read.
  const auto coding = head.header("content-encoding");
  const bool is_plain = coding.empty() || http::equals_ignoring_case(coding, "identity");
  AnswerReader reader(
      is_good(status) && is_plain ? answer_form(head.header("content-type")) : AnswerForm::opaque,
      std::move(wishes));
  const bool stream = reader.form() == AnswerForm::events;
  record_.streamed = stream;
  if (stream) server_->wait_for_long();

  bool slim = false;
  auto arrived = record_.first_byte;
  auto piece = server_->take_unread();
  for (bool first = true;; first = false) {
    if (!piece) {
      // A stream that has said its last word is complete, however its connection ends.
      if (!reader.finished() || left_) co_return co_await break_off(std::move(piece.error()));
      server_->abort(Errc::upstream_broke);
      piece = std::string_view{};
    }
    const bool whole = first && server_->done();
    const auto passed = whole ? reader.pass_whole(*piece) : reader.pass(*piece);
    if (!passed) co_return co_await break_off(passed.error());
    const bool done = server_->done() || (reader.finished() && server_->aborted());
    if ((!passed->empty() || done) && record_.first_event == MonotonicTime{}) {
      record_.first_event = arrived;
    }
    record_.usage = reader.usage();
    record_.events = reader.events();
    if (done) {
      record_.complete = monotonic_now();
      if (stream && !reader.finished() && reader.events() == 0 && !client_.begun() &&
          passed->empty()) {
        co_return failed(fail(Errc::upstream_broke, "an event stream without events").error(),
                         Outcome::broken_answer);
      }
      std::string_view rest = *passed;
      std::string joined;
      const bool holds_some = reader.rewrites() || (stream && server_->done());
      if (holds_some && !whole) {
        joined = *passed;
        joined += reader.rest();
        rest = joined;
      }
      if (!client_.begun()) {
        begin_answer(reader.form() == AnswerForm::events
                         ? std::nullopt
                         : std::optional<std::uint64_t>(rest.size()));
      }
      // The upstream has done its part: a client that has all of the answer finds its slot free.
      succeeded_ = is_good(status);
      settle();
      if (auto sent = co_await pass_on(rest, true); !sent) {
        co_return failed(sent.error(), Outcome::cancelled);
      }
      break;
    }
    if (!passed->empty()) {
      if (!client_.begun()) begin_answer(reader.rewrites() || stream ? std::nullopt : length);
      if (auto sent = co_await pass_on(*passed, false); !sent) {
        co_return failed(sent.error(), Outcome::cancelled);
      }
      if (stream && !slim) {
        slim_down();
        slim = true;
      }
    }
    if (client_.begun() || (!stream && first)) {
      arm(settings().idle_timeout, Errc::upstream_idle_timeout);
    }
    if (!server_->has_read()) co_await server_->read_more();
    piece = server_->take_piece();
    if (!client_.begun()) arrived = monotonic_now();
  }
  record_.phase = Phase::done;
  co_return Try{upstream::outcome_of_status(status), std::nullopt, {}};
}

// Before anything has gone to the client, an error is an answer of its own. After it, an event
// stream ends with an event that says so, and every answer without its proper end.
net::Task<Call::Try> Call::break_off(Error error) {
  const auto ended = failed(error, Outcome::broken_answer);
  if (!client_.begun() || ended.outcome == Outcome::cancelled) co_return ended;
  if (record_.streamed) {
    std::string event =
        R"(data: {"error":{"message":"The answer broke off.","type":"upstream_error","code":")";
    event.append(describe(error.code).slug).append("\"}}\n\n");
    [[maybe_unused]] const auto sent = co_await pass_on(event, false);
  }
  co_return ended;
}

// The id that the client gets says where the request belongs.
net::Task<Call::Try> Call::answer_submission() {
  record_.phase = Phase::answering;
  keep_fields();
  std::string body;
  auto piece = server_->take_unread();
  for (;;) {
    if (!piece) co_return co_await break_off(piece.error());
    body += *piece;
    if (body.size() > kMaxSubmissionBytes) {
      co_return failed(fail(Errc::upstream_answer_too_large).error(), Outcome::broken_answer);
    }
    if (server_->done()) break;
    arm(settings().idle_timeout, Errc::upstream_idle_timeout);
    if (!server_->has_read()) co_await server_->read_more();
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
    edit =
        Edit{{value.begin, value.end}, '"' + seal_request(gateway_.shared_.seal_key, place) + '"'};
  });
  if (!edit) {
    co_return failed(fail(Errc::upstream_answer_invalid, "no requestId").error(),
                     Outcome::broken_answer);
  }
  body.replace(edit->at.begin, edit->at.end - edit->at.begin, edit->text);
  begin_answer(body.size());
  succeeded_ = true;
  settle();
  if (auto sent = co_await pass_on(body, true); !sent) {
    co_return failed(sent.error(), Outcome::cancelled);
  }
  record_.phase = Phase::done;
  co_return Try{};
}

}  // namespace weir::gateway
