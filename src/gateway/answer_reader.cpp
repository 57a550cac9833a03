#include "gateway/answer_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "codec/json_lines.hpp"

namespace weir::gateway {
namespace {

using dialect::Range;

constexpr std::size_t kMaxNameBytes = 4096;       // of a model
constexpr std::size_t kMaxErrorBytes = 16 << 10;  // kept of an event that is an error
constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

// Nothing but blanks, perhaps behind a byte order mark: they tell no form, and mean nothing.
bool is_blank(std::string_view bytes) {
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  return !bytes.empty() && bytes.find_first_not_of(kBlanks) == bytes.npos;
}

AnswerForm known_or_opaque(AnswerForm declared) {
  return declared == AnswerForm::text ? AnswerForm::opaque : declared;
}

// An event that begins an answer and has nothing of it yet.
bool opens(const dialect::EventFacts& facts) {
  constexpr std::string_view kTypes[] = {"message_start", "response.created", "response.queued",
                                         "response.in_progress"};
  if (facts.is_error()) return false;
  if (facts.has_choices) return facts.texts == 0 && !facts.has_usage;
  return !facts.type.empty() && std::ranges::find(kTypes, facts.type) != std::end(kTypes);
}

dialect::AnswerScan scan_of(AnswerForm form, catalogue::Endpoint endpoint) {
  const auto& family = dialect::of(dialect::of(endpoint).family);
  const bool is_stream = form == AnswerForm::events;
  return {is_stream ? family.stream.text : family.text, is_stream};
}

}  // namespace

AnswerForm answer_form(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  if (equals_ignoring_case(type, "text/event-stream")) return AnswerForm::events;
  if (equals_ignoring_case(type, "application/json")) return AnswerForm::json;
  if (type.empty() || equals_ignoring_case(type, "text/plain")) return AnswerForm::text;
  if (equals_ignoring_case(type, "application/octet-stream")) return AnswerForm::text;
  if (equals_ignoring_case(type, "application/x-ndjson")) return AnswerForm::text;
  return AnswerForm::opaque;
}

std::optional<AnswerForm> form_of(AnswerForm declared, std::string_view bytes) {
  constexpr std::string_view kFields[] = {"data:", "event:", "id:", "retry:", ":"};
  if (declared == AnswerForm::opaque) return declared;
  if (bytes.size() < kMark.size() && kMark.starts_with(bytes)) return std::nullopt;
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  bytes.remove_prefix(std::min(bytes.find_first_not_of(kBlanks), bytes.size()));
  if (bytes.starts_with('{') || bytes.starts_with('[')) return AnswerForm::json;
  for (const auto field : kFields) {
    if (bytes.starts_with(field)) return AnswerForm::events;
    if (field.starts_with(bytes)) return std::nullopt;
  }
  return known_or_opaque(declared);
}

AnswerReader::AnswerReader(AnswerForm form, Options options)
    : form_(form),
      is_told_(form == AnswerForm::opaque),
      options_(std::move(options)),
      stream_(dialect::of(dialect::of(options_.endpoint).family).stream),
      scan_(scan_of(form_, options_.endpoint)),
      splitter_(options_.max_event_bytes) {
  // Lines of JSON begin as one JSON text does: their type alone tells.
  if (has_lines() && form_ == AnswerForm::text) begin_as(AnswerForm::events);
}

Result<std::size_t> AnswerReader::whole_events(std::string_view bytes) {
  if (!has_lines()) return splitter_.whole_events(bytes);
  const auto whole = codec::whole_lines(bytes);
  if (bytes.size() - whole > options_.max_event_bytes) {
    return fail(Errc::upstream_answer_too_large, "calls.max_event_bytes");
  }
  return whole;
}

std::string_view AnswerReader::take_next(std::string_view& events) const {
  return has_lines() ? codec::take_line(events) : codec::take_event(events);
}

Result<std::string_view> AnswerReader::pass(std::string_view piece) {
  if (is_told_) return pass_known(piece);
  if (!held_.empty()) held_ += piece;
  const bool joined = !held_.empty();
  const auto begin = joined ? std::string_view(held_) : piece;
  const auto form = form_of(form_, begin);
  // Some servers send blank lines while their client waits.
  if (!form && is_blank(begin)) {
    if (!joined) return piece;
    start_ = std::exchange(held_, {});
    return start_;
  }
  if (!form) {
    if (!joined) held_ = piece;
    return std::string_view{};
  }
  begin_as(*form);
  if (!joined) return pass_known(piece);
  start_ = std::exchange(held_, {});
  return pass_known(start_);
}

void AnswerReader::begin_as(AnswerForm form) {
  is_told_ = true;
  if (form == form_) return;
  form_ = form;
  scan_ = scan_of(form_, options_.endpoint);
}

Result<std::string_view> AnswerReader::pass_known(std::string_view piece) {
  switch (form_) {
    case AnswerForm::opaque:
    case AnswerForm::text:
      return piece;
    case AnswerForm::json:
      return options_.ids ? hold_json(piece) : pass_json(piece);
    case AnswerForm::events:
      return pass_events(piece);
  }
  __builtin_unreachable();
}

Result<std::string_view> AnswerReader::pass_whole(std::string_view answer) {
  if (!is_told_) begin_as(form_of(form_, answer).value_or(known_or_opaque(form_)));
  if (form_ == AnswerForm::json && !rewrites() && !options_.read_text &&
      take_usage_at_the_end(answer)) {
    return answer;
  }
  const auto passed = pass_known(answer);
  const bool holds = form_ == AnswerForm::events || rewrites();
  if (!passed || !holds) return passed;
  std::string all(*passed);
  all += rest();
  out_ = std::move(all);
  return out_;
}

// Usage comes after the generated text, so starting there avoids reading all of the answer. The
// member found belongs to the top-level object only if the rest closes exactly one object: with a
// brace in front, the rest must be a complete JSON text. A report without an answer is read in
// full: its text is needed.
bool AnswerReader::take_usage_at_the_end(std::string_view answer) {
  constexpr std::string_view kName = R"("usage")";
  constexpr dialect::Meters kElsewhere{dialect::Meter::images, dialect::Meter::audio_seconds};
  if (dialect::of(options_.endpoint).meters.intersects(kElsewhere)) return false;
  const auto at = answer.rfind(kName);
  if (at == answer.npos) return false;
  auto scan = scan_of(form_, options_.endpoint);
  scan.feed("{");
  scan.feed(answer.substr(at));
  const auto& usage = scan.usage();
  const bool makes_text = dialect::of(options_.endpoint).counts(dialect::Meter::output_tokens);
  const bool suffices =
      usage.input.value_or(0) > 0 && (!makes_text || usage.output.value_or(0) > 0);
  const bool is_member = scan.is_complete() && suffices;
  if (is_member) scan_ = std::move(scan);
  return is_member;
}

std::string_view AnswerReader::pass_json(std::string_view piece) {
  scan_.feed(piece);
  if (options_.model.empty()) return piece;
  // The held part of an unfinished name comes first again; offsets are the scan's.
  held_ += piece;
  out_.clear();
  std::size_t passed = 0;  // of the held bytes
  if (const auto& model = scan_.model_at(); model && !is_renamed_) {
    is_renamed_ = true;
    if (model->begin >= offset_ && model->end - model->begin <= kMaxNameBytes) {
      out_.append(held_, 0, model->begin - offset_).append(options_.model);
      passed = model->end - offset_;
    }
  }
  auto upto = held_.size();
  if (const auto open = scan_.open_model(); open && *open >= offset_) {
    const auto begin = static_cast<std::size_t>(*open - offset_);
    if (held_.size() - begin <= kMaxNameBytes) upto = begin;
  }
  out_.append(held_, passed, upto - passed);
  offset_ += upto;
  held_.erase(0, upto);
  return out_;
}

Result<std::string_view> AnswerReader::hold_json(std::string_view piece) {
  scan_.feed(piece);
  held_ += piece;
  if (held_.size() > options_.max_event_bytes) {
    return fail(Errc::upstream_answer_too_large, "calls.max_event_bytes");
  }
  return std::string_view{};
}

std::string AnswerReader::rewrite(std::string_view json, std::size_t start,
                                  const std::optional<Range>& model) {
  auto edits = options_.ids->find(json);
  if (model && !options_.model.empty()) {
    edits.push_back({{model->begin - start, model->end - start}, options_.model});
    std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.at.begin; });
  }
  std::string text;
  std::size_t from = 0;
  for (const auto& edit : edits) {
    text.append(json.substr(from, edit.at.begin - from)).append(edit.text);
    from = edit.at.end;
  }
  return text.append(json.substr(from));
}

Result<std::string_view> AnswerReader::pass_events(std::string_view piece) {
  // The start of held_ was forwarded by the last call.
  held_.erase(0, offset_);
  offset_ = 0;
  const bool joined = !held_.empty();
  if (joined) held_ += piece;
  const std::string_view bytes = joined ? std::string_view(held_) : piece;
  if (out_.capacity() > kFreeBytes) std::string().swap(out_);
  const auto whole = whole_events(bytes);
  if (!whole) return std::unexpected(whole.error());
  const auto events = bytes.substr(0, *whole);
  out_.clear();
  for (auto rest = events; !rest.empty();) {
    if (const auto match = pattern_.match(rest)) {
      scan_.add_text(match->text);
      ++progress_.events;
      if (edits_events()) append(match->event, pattern_.model());
      rest.remove_prefix(match->event.size());
    } else {
      take_event(take_next(rest));
    }
  }
  if (joined) {
    offset_ = *whole;
  } else {
    if (held_.capacity() > kFreeBytes) std::string().swap(held_);
    held_ = piece.substr(*whole);
  }
  return edits_events() ? std::string_view(out_) : events;
}

void AnswerReader::take_event(std::string_view event) {
  std::string scratch;
  const auto data = has_lines() ? codec::line_data(event) : codec::event_data(event, scratch);
  pattern_.clear();
  std::optional<Range> model;
  bool is_shown = true;
  bool is_one_line = false;
  if (data == dialect::kDone) {
    progress_.finished = true;
  } else if (!data.empty()) {
    const auto& facts = scan_.read_event(data);
    is_shown = note(facts);
    // Its data may not say so.
    if (event.starts_with("event: error")) progress_.failed = true;
    if (progress_.failed && progress_.error.empty()) {
      progress_.error = data.substr(0, kMaxErrorBytes);
      progress_.failed_first = progress_.events == progress_.openers + 1;
    }
    // Ranges hold in the event if its data is a single line, as all known servers send it.
    is_one_line = data.data() >= event.data() && data.data() < event.data() + event.size();
    if (is_one_line) {
      const auto start = static_cast<std::size_t>(data.data() - event.data());
      const auto shifted = [&](Range range) {
        return Range{range.begin + start, range.end + start};
      };
      model = facts.model.transform(shifted);
      const bool is_plain = !has_lines() && facts.texts == 1 && facts.text && !facts.has_usage &&
                            !facts.is_error() && !dialect::ends_stream(facts.type, stream_);
      if (is_plain) pattern_.set(event, shifted(*facts.text), model);
    }
  }
  if (!is_shown || !edits_events()) return;
  if (options_.ids && is_one_line) return append_with_ids(event, data, model);
  append(event, model);
}

bool AnswerReader::note(const dialect::EventFacts& facts) {
  // The figures of a stream of lines are in its last one.
  const bool is_last_line = has_lines() && facts.has_usage;
  if (is_last_line || dialect::ends_stream(facts.type, stream_)) progress_.finished = true;
  if (facts.has_usage) reported_ = scan_.text();
  if (facts.is_error_event()) progress_.failed = true;
  if (progress_.id.empty() && !facts.id.empty()) {
    progress_.id.append(1, '"').append(facts.id).append(1, '"');
    if (options_.ids) progress_.id = options_.ids->replaced(SealedId::response, progress_.id);
  }
  if (options_.hide_usage && facts.has_usage && facts.no_choices) return false;
  // Anthropic's form of a comment.
  if (facts.type != "ping") ++progress_.events;
  if (opens(facts)) ++progress_.openers;
  return true;
}

void AnswerReader::append(std::string_view event, const std::optional<Range>& model) {
  if (!model || options_.model.empty()) {
    out_ += event;
    return;
  }
  out_.append(event, 0, model->begin).append(options_.model).append(event, model->end);
}

void AnswerReader::append_with_ids(std::string_view event, std::string_view data,
                                   const std::optional<Range>& model) {
  const auto start = static_cast<std::size_t>(data.data() - event.data());
  out_.append(event, 0, start).append(rewrite(data, start, model));
  out_.append(event, start + data.size());
}

std::string_view AnswerReader::rest() {
  if (form_ == AnswerForm::events) {
    held_.erase(0, offset_);
    offset_ = 0;
    // Only the blank line is missing: the stream ended properly.
    out_.clear();
    if (!held_.empty()) take_event(held_);
    if (edits_events()) {
      held_.clear();
      return out_;
    }
  }
  out_ = std::exchange(held_, {});
  if (form_ == AnswerForm::json && options_.ids) out_ = rewrite(out_, 0, scan_.model_at());
  return out_;
}

}  // namespace weir::gateway
