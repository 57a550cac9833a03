#include "gateway/answer_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace weir::gateway {
namespace {

using dialect::Meaning;

constexpr std::size_t kMaxValueBytes = 4096;

bool is_empty_array(std::string_view text) {
  return text.size() >= 2 && text.front() == '[' &&
         text.find_first_not_of(" \t\r\n", 1) == text.size() - 1;
}

}  // namespace

AnswerForm answer_form(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  if (equals_ignoring_case(type, "text/event-stream")) return AnswerForm::events;
  if (equals_ignoring_case(type, "application/json")) return AnswerForm::json;
  return AnswerForm::opaque;
}

AnswerReader::AnswerReader(AnswerForm form, Options options)
    : form_(form),
      options_(std::move(options)),
      members_(dialect::of(options_.endpoint).answer),
      stream_(dialect::of(dialect::of(options_.endpoint).family).stream),
      splitter_(options_.max_event_bytes) {}

// An answer is read for its usage only, if its names stay, which halves the cost.
const codec::MemberPaths& AnswerReader::answer_paths() const {
  return options_.model.empty() ? members_.usage_paths() : members_.paths();
}

Result<std::string_view> AnswerReader::pass(std::string_view piece) {
  switch (form_) {
    case AnswerForm::opaque:
      return piece;
    case AnswerForm::json:
      return pass_json(piece);
    case AnswerForm::events:
      return pass_events(piece);
  }
  __builtin_unreachable();
}

Result<std::string_view> AnswerReader::pass_whole(std::string_view answer) {
  if (form_ == AnswerForm::json && !rewrites() && take_usage_at_the_end(answer)) return answer;
  const auto passed = pass(answer);
  if (!passed || form_ == AnswerForm::opaque) return passed;
  std::string all(*passed);
  all += rest();
  out_ = std::move(all);
  return out_;
}

// Usage comes after the generated text, so starting there avoids reading all of the answer. The
// member found belongs to the top-level object only if the rest closes exactly one object: with a
// brace in front, the rest must be a complete JSON text.
bool AnswerReader::take_usage_at_the_end(std::string_view answer) {
  constexpr std::string_view kName = R"("usage")";
  const auto at = answer.rfind(kName);
  if (at == answer.npos || answer_paths().size() != 1) return false;
  codec::JsonScanner scanner(answer_paths(), kMaxValueBytes);
  scanner.feed("{", [](const codec::JsonValue&) {});
  dialect::TokenUsage usage;
  scanner.feed(answer.substr(at),
               [&](const codec::JsonValue& value) { usage.take(dialect::read_usage(value.text)); });
  const bool is_member = scanner.state() == codec::JsonScanner::State::complete;
  if (is_member) usage_.take(usage);
  return is_member;
}

std::string_view AnswerReader::pass_json(std::string_view piece) {
  if (!scanner_) {
    scanner_ = std::make_unique<codec::JsonScanner>(answer_paths(), kMaxValueBytes);
  }
  if (options_.model.empty()) {
    scanner_->feed(piece, [this](const codec::JsonValue& value) {
      usage_.take(dialect::read_usage(value.text));
    });
    return piece;
  }
  // The held part of an unfinished name comes first again; offsets are the scanner's.
  held_ += piece;
  out_.clear();
  std::uint64_t passed = offset_;
  scanner_->feed(piece, [&](const codec::JsonValue& value) {
    const auto meaning = members_.meaning(value.member);
    if (meaning == Meaning::usage) usage_.take(dialect::read_usage(value.text));
    if (meaning != Meaning::model || value.too_long || !value.text.starts_with('"')) return;
    out_.append(held_, passed - offset_, value.begin - passed).append(options_.model);
    passed = value.end;
  });
  const auto keep =
      std::min<std::uint64_t>(scanner_->unfinished(), held_.size() - (passed - offset_));
  const auto upto = held_.size() - keep;
  out_.append(held_, passed - offset_, upto - (passed - offset_));
  offset_ += upto;
  held_.erase(0, upto);
  return out_;
}

Result<std::string_view> AnswerReader::pass_events(std::string_view piece) {
  // The start of held_ was forwarded by the last call.
  held_.erase(0, offset_);
  offset_ = 0;
  const bool joined = !held_.empty();
  if (joined) held_ += piece;
  const std::string_view bytes = joined ? std::string_view(held_) : piece;
  const auto whole = splitter_.whole_events(bytes);
  if (!whole) return std::unexpected(whole.error());
  auto events = bytes.substr(0, *whole);

  const bool rewrites = !options_.model.empty() || options_.hide_usage;
  out_.clear();
  for (auto rest = events; !rest.empty();) {
    const auto event = codec::take_event(rest);
    const bool shown = take_event(event);
    if (!rewrites || !shown) continue;
    if (options_.model.empty()) {
      out_ += event;
    } else {
      append_renamed(event);
    }
  }
  if (rewrites) events = out_;
  if (joined) {
    offset_ = *whole;
  } else {
    held_ = piece.substr(*whole);
  }
  return events;
}

bool AnswerReader::take_event(std::string_view event) {
  std::string scratch;
  const auto data = codec::event_data(event, scratch);
  if (data.empty()) return true;
  if (data == dialect::kDone) {
    finished_ = true;
    return true;
  }
  if (!dialect::is_worth_reading(data, stream_)) {
    ++events_;
    return true;
  }
  bool no_choices = false;
  bool has_usage = false;
  codec::JsonScanner scanner(stream_.members.paths(), kMaxValueBytes);
  scanner.feed(data, [&](const codec::JsonValue& value) {
    switch (stream_.members.meaning(value.member)) {
      case Meaning::usage: {
        const auto usage = dialect::read_usage(value.text);
        has_usage = has_usage || usage.known();
        usage_.take(usage);
        break;
      }
      case Meaning::choices:
        no_choices = is_empty_array(value.text);
        break;
      case Meaning::event_type:
        if (dialect::ends_stream(value.text, stream_)) finished_ = true;
        break;
      case Meaning::id:
        if (id_.empty() && value.text.starts_with('"')) id_ = value.text;
        break;
      case Meaning::model:
        break;
    }
  });
  if (options_.hide_usage && has_usage && no_choices) return false;
  ++events_;
  return true;
}

// Renames in place only if the event's data is a single line, as all known servers send it.
void AnswerReader::append_renamed(std::string_view event) {
  std::string scratch;
  const auto data = codec::event_data(event, scratch);
  const bool in_place = data.data() >= event.data() && data.data() < event.data() + event.size();
  if (!in_place) {
    out_ += event;
    return;
  }
  const auto start = static_cast<std::size_t>(data.data() - event.data());
  std::size_t passed = 0;
  codec::JsonScanner scanner(stream_.members.paths(), kMaxValueBytes);
  scanner.feed(data, [&](const codec::JsonValue& value) {
    const bool is_model = stream_.members.meaning(value.member) == Meaning::model;
    if (!is_model || !value.text.starts_with('"')) return;
    out_.append(event, passed, start + value.begin - passed).append(options_.model);
    passed = start + value.end;
  });
  out_.append(event, passed);
}

std::string_view AnswerReader::rest() {
  if (form_ == AnswerForm::events) {
    held_.erase(0, offset_);
    offset_ = 0;
    // Only the blank line is missing: the stream ended properly.
    if (held_.empty() || !take_event(held_)) return {};
  }
  out_ = std::exchange(held_, {});
  return out_;
}

}  // namespace weir::gateway
