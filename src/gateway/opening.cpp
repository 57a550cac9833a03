#include "gateway/opening.hpp"

#include "base/ascii.hpp"
#include "codec/json_text.hpp"
#include "dialect/endpoint.hpp"
#include "dialect/fault.hpp"
#include "gateway/answer_fields.hpp"

namespace weir::gateway {
namespace {

using upstream::Outcome;

constexpr std::size_t kMaxLeadBytes = 16 << 10;
constexpr std::size_t kFieldBytes = 512;  // of an answer, as a rule

bool is_good(int status) { return status >= 200 && status < 300; }

bool answers_json(catalogue::Endpoint endpoint) {
  const auto& row = dialect::of(endpoint);
  return row.counts(dialect::Meter::input_tokens) || row.counts(dialect::Meter::images) ||
         row.is_estimated();
}

}  // namespace

// The head's views are invalid after the first suspension.
Opening::Opening(Attempt&& attempt, CallContext& context, const Received& received, bool read_text)
    : context_(context),
      received_(received),
      attempt_(std::move(attempt)),
      held_bytes_(context.gateway.shared().body_memory,
                  context.gateway.shared().body_memory.bound(context.settings())),
      arrived_(context.record().first_byte) {
  record().phase = Phase::answering;
  keep_fields();
  if (is_submission() || upstream().has_switched()) {
    is_open_ = true;
    return;
  }
  make_reader(read_text);
  take_piece(attempt_.take_first_piece());
}

bool Opening::is_submission() {
  return dialect::of(context_.input.endpoint).ids.use == dialect::RequestId::issued &&
         is_good(upstream().head().status);
}

void Opening::keep_fields() {
  auto& fields = context_.input.fields;
  own_fields_ = fields.size();
  fields.reserve(kFieldBytes);
  if (const auto* translated = attempt_.translated()) {
    fields += translated->fields;
  } else {
    put_forwarded_fields(fields, upstream().head());
  }
}

void Opening::make_reader(bool read_text) {
  const auto& head = upstream().head();
  AnswerReader::Options options;
  options.max_event_bytes = static_cast<std::size_t>(context_.settings().max_event_bytes);
  if (attempt_.renamed()) codec::append_json_string(options.model, record().model);
  options.hide_usage = attempt_.hides_usage();
  options.read_text = read_text;
  options.endpoint = attempt_.choice().endpoint;
  // That of a batch is of its lines.
  using dialect::RequestId;
  const auto by = dialect::of(options.endpoint).ids.use;
  options.has_own_usage =
      by != RequestId::named && by != RequestId::taken && by != RequestId::batched;
  // A compressed answer, though none was requested, cannot be read.
  const auto coding = head.header("content-encoding");
  const bool is_plain = coding.empty() || equals_ignoring_case(coding, "identity");
  if (is_good(head.status) && is_plain) declared_ = answer_form(head.header("content-type"));
  is_read_ = is_good(head.status) && is_plain && answers_json(options.endpoint);
  if (is_good(head.status) && is_plain) options.ids = make_ids();
  const auto* stored = context_.input.stored.get();
  if (stored != nullptr && stored->is_content) declared_ = AnswerForm::opaque;
  reader_.emplace(declared_, std::move(options));
  record().streamed = reader_->form() == AnswerForm::events;
}

bool Opening::has_ids() const {
  using dialect::RequestId;
  const auto* stored = context_.input.stored.get();
  switch (dialect::of(context_.input.endpoint).ids.use) {
    case RequestId::made:
    case RequestId::batched:
      return true;
    case RequestId::named:
      return stored == nullptr || !stored->is_content;
    case RequestId::kept:
      return received_.request().is_kept && !attempt_.is_translated() &&
             !attempt_.choice().destination->head(catalogue::Endpoint::stored_responses).empty();
    case RequestId::none:
    case RequestId::issued:
    case RequestId::taken:
    case RequestId::used:
      return false;
  }
  __builtin_unreachable();
}

std::shared_ptr<StoredIds> Opening::make_ids() {
  if (!has_ids()) return nullptr;
  // The request is released while a stream is answered, and its ids may come later.
  std::optional<BatchTokens> tokens;
  if (const auto* batch = received_.batch()) tokens = batch->tokens();
  auto seal = [this, tokens](SealedId kind, std::string_view id) {
    RequestPlace place{record().upstream, record().model, std::string(id)};
    if (tokens) place.batch = *tokens;
    return context_.gateway.shared().request_seal.seal(kind, place, context_.input.key_identity,
                                                       wall_now());
  };
  auto ids = std::make_shared<StoredIds>(context_.input.endpoint, std::move(seal));
  if (const auto* id = attempt_.named_id()) ids->know(*id, received_.request().request_id);
  return ids;
}

std::optional<AttemptEnd> Opening::take_end() {
  if (end_) context_.input.fields.resize(own_fields_);
  return std::exchange(end_, std::nullopt);
}

net::Task<> Opening::run() {
  while (!is_over()) {
    await_more();
    if (upstream().must_wait()) co_await upstream().read_more();
    arrived_ = monotonic_now();
    take_piece(upstream().take_piece());
  }
}

// The time limit for a stream's first event runs already.
void Opening::await_more() {
  const auto now = monotonic_now();
  const auto& settings = context_.settings();
  if (failed_at_ != MonotonicTime{}) {
    attempt_.arm(settings.error_body_timeout, Errc::upstream_idle_timeout, failed_at_);
  } else if (!record().streamed) {
    attempt_.note_heard(now);
    attempt_.arm(settings.idle_timeout, Errc::upstream_idle_timeout, now);
  }
}

void Opening::take_piece(Result<std::string_view> piece) {
  auto& reader = *reader_;
  const bool is_first = std::exchange(is_first_, false);
  if (!piece) {
    // An error that cannot be read to its end is judged by what there is of it.
    const bool is_late = piece.error().code == Errc::upstream_total_timeout;
    if (failed_at_ != MonotonicTime{} && !is_late && !context_.watch.is_over()) {
      return take_error();
    }
    // A stream that has said that it ends is complete, however its connection ends.
    if (!reader.finished() || context_.watch.has_left()) {
      end_ = attempt_.classify(piece.error(), Outcome::broken_answer);
      return;
    }
    upstream().abort(Errc::upstream_broke);
    piece = std::string_view{};
  }
  first_.is_whole = is_first && upstream().done();
  const auto passed = first_.is_whole ? reader.pass_whole(*piece) : reader.pass(*piece);
  if (!passed) {
    end_ = attempt_.classify(passed.error(), Outcome::broken_answer);
    return;
  }
  if (auto held = hold_bytes(0); !held) {
    end_ = attempt_.classify(held.error(), Outcome::cancelled);
    return;
  }
  record().streamed = reader.form() == AnswerForm::events;
  first_.bytes = *passed;
  first_.done = upstream().done() || (reader.finished() && upstream().aborted());
  if (first_.done && !first_.is_whole && (reader.rewrites() || record().streamed)) {
    lead_ += *passed;
    lead_ += reader.rest();
    first_ = {.bytes = lead_, .done = true, .is_whole = true};
  } else if (!lead_.empty()) {
    lead_ += *passed;
    first_.bytes = lead_;
  }
  judge();
}

Result<> Opening::hold_bytes(std::size_t more) {
  const auto bytes = reader_->held_bytes() + more;
  if (bytes == held_bytes_.size() || held_bytes_.resize(bytes)) return {};
  return fail(Errc::overloaded, "calls.buffer_bytes");
}

void Opening::judge() {
  const bool must_read = attempt_.translated() != nullptr && is_good(upstream().head().status);
  if (must_read && !is_read_) {
    return fail_with(Errc::upstream_answer_invalid, "an answer that cannot be translated");
  }
  if (!is_read_ && !record().streamed) return open();
  const auto& reader = *reader_;
  const auto beginning = judge_beginning({.declared = declared_,
                                          .form = reader.form(),
                                          .bytes = first_.bytes,
                                          .done = first_.done,
                                          .failed = is_read_ && reader.failed_at_once(),
                                          .events = reader.events(),
                                          .finished = reader.finished()});
  switch (beginning) {
    case Beginning::answer:
      return open();
    case Beginning::unknown:
      failed_at_ = {};
      return hold();
    case Beginning::error:
      if (has_whole_error() && !first_.done && !reader.failed_for_certain()) return open();
      [[fallthrough]];
    case Beginning::text:
      if (has_whole_error()) return take_error();
      if (failed_at_ == MonotonicTime{}) failed_at_ = arrived_;
      return hold();
    case Beginning::page:
      return fail_with(Errc::upstream_answer_invalid, "a page with status 200");
    case Beginning::empty:
      return fail_with(Errc::upstream_broke, "nothing with status 200");
    case Beginning::no_events:
      return fail_with(Errc::upstream_broke, "the event stream has no events");
  }
}

// Comments before a stream's first event mean nothing by themselves: without end, they are dropped.
void Opening::hold() {
  const bool is_full = record().streamed && first_.bytes.size() > kMaxLeadBytes;
  if (is_full && failed_at_ == MonotonicTime{}) {
    lead_.clear();
  } else if (first_.bytes.data() != lead_.data()) {
    lead_ = first_.bytes;
  }
  first_ = {};
}

void Opening::open() {
  if (first_.bytes.empty()) first_.bytes = lead_;
  if (context_.client.begun() && !is_stream()) return end_begun_stream();
  is_open_ = true;
  record().usage = reader_->usage();
  record().events = reader_->events();
}

bool Opening::is_stream() { return record().streamed && is_good(upstream().head().status); }

// Comments have promised the client a stream.
void Opening::end_begun_stream() {
  const int status = upstream().head().status;
  const bool is_refused = reader_->failed() || (status >= 400 && status < 500);
  const auto code = is_refused        ? Errc::invalid_parameter
                    : is_good(status) ? Errc::upstream_answer_invalid
                                      : Errc::upstream_refused;
  end_ = AttemptEnd{.outcome = attempt_.outcome(), .error = code};
  if (is_refused) end_->message = dialect::error_message(first_.bytes);
}

// An event is here as a whole.
bool Opening::has_whole_error() const {
  const auto most = static_cast<std::size_t>(context_.settings().max_error_bytes);
  return reader_->form() == AnswerForm::events || first_.done || first_.bytes.size() >= most;
}

void Opening::take_error() {
  if (first_.bytes.empty()) first_.bytes = lead_;
  const bool is_event = reader_->form() == AnswerForm::events;
  const auto error = is_event ? reader_->error() : first_.bytes;
  end_ = attempt_.judge_usage(upstream().head().status, error);
  // A client must read why its request is refused.
  if (!end_) {
    is_error_ = true;
    if (dialect::blames_request(error)) {
      attempt_.note_unreached();
    } else {
      end_ = attempt_.judge_error(error, received_);
    }
  }
  if (!end_) open();
}

void Opening::fail_with(Errc code, const char* why) {
  const bool is_page = code == Errc::upstream_answer_invalid;
  if (is_page) attempt_.note_unreached();
  if (is_page && attempt_.lacks_endpoint(Outcome::no_answer)) {
    end_ = attempt_.not_offered();
    return;
  }
  end_ = attempt_.classify(fail(code, why).error(),
                           is_page ? Outcome::no_answer : Outcome::broken_answer);
}

}  // namespace weir::gateway
