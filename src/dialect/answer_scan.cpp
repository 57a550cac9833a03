#include "dialect/answer_scan.hpp"

#include <algorithm>
#include <functional>

#include "base/ascii.hpp"
#include "base/enum_table.hpp"

namespace weir::dialect {
namespace {

using enum MemberName;

struct NameRow {
  std::string_view text;
  MemberName name;
};

constexpr std::array kNames{
    NameRow{"id", id},
    NameRow{"url", url},
    NameRow{"code", code},
    NameRow{"data", data},
    NameRow{"meta", meta},
    NameRow{"name", name},
    NameRow{"text", text},
    NameRow{"type", type},
    NameRow{"delta", delta},
    NameRow{"error", error},
    NameRow{"model", model},
    NameRow{"tools", tools},
    NameRow{"usage", usage},
    NameRow{"image", image},
    NameRow{"base64", base64},
    NameRow{"images", images},
    NameRow{"object", object},
    NameRow{"tokens", tokens},
    NameRow{"x_groq", x_groq},
    NameRow{"choices", choices},
    NameRow{"content", content},
    NameRow{"message", message},
    NameRow{"refusal", refusal},
    NameRow{"timings", timings},
    NameRow{"logprobs", logprobs},
    NameRow{"metadata", metadata},
    NameRow{"response", response},
    NameRow{"b64_json", b64_json},
    NameRow{"thinking", thinking},
    NameRow{"duration", duration},
    NameRow{"arguments", arguments},
    NameRow{"reasoning", reasoning},
    NameRow{"eval_count", eval_count},
    NameRow{"annotations", annotations},
    NameRow{"billed_units", billed_units},
    NameRow{"partial_json", partial_json},
    NameRow{"finish_reason", finish_reason},
    NameRow{"usageMetadata", usageMetadata},
    NameRow{"prompt_eval_count", prompt_eval_count},
    NameRow{"reasoning_content", reasoning_content},
    NameRow{"reasoning_details", reasoning_details},
    NameRow{"partial_image_index", partial_image_index},
};
static_assert(kNames.size() + 2 == kEnumeratorCount<MemberName>);
static_assert(std::ranges::is_sorted(kNames, {},
                                     [](const NameRow& row) { return row.text.size(); }));

constexpr std::size_t kMaxNameBytes = kNames.back().text.size();

// By length: the first row that is no shorter.
constexpr auto kFirst = [] {
  std::array<std::uint8_t, kMaxNameBytes + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    std::size_t row = 0;
    while (row < kNames.size() && kNames[row].text.size() < length) ++row;
    first[length] = static_cast<std::uint8_t>(row);
  }
  return first;
}();

MemberName find_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes) return other;
  for (std::size_t row = kFirst[text.size()]; row < kFirst[text.size() + 1]; ++row) {
    if (kNames[row].text.front() == text.front() && kNames[row].text == text)
      return kNames[row].name;
  }
  return other;
}

// Source: SiliconFlow's 20000 and DashScope's and others' words, 2026-11.
bool is_success_code(std::string_view raw) {
  constexpr std::string_view kCodes[] = {"", "0", "200", "20000", "null", "ok", "success"};
  return std::ranges::any_of(kCodes, [&](auto known) { return equals_ignoring_case(raw, known); });
}

constexpr TextNames kReports{billed_units, timings, tokens, usage, usageMetadata};
constexpr TextNames kNumbers{duration, eval_count, prompt_eval_count};
constexpr TextNames kImageLists{data, images};
constexpr TextNames kImages{b64_json, base64, image, url};
constexpr TextNames kSkipped{annotations, logprobs, metadata, reasoning_details, tools};
constexpr TextNames kReasoning{reasoning, reasoning_content};
// A report may be in these, besides the top.
constexpr TextNames kAroundReports{choices, message, meta, response, x_groq, delta, data};

// Source: OpenAI's image_generation.partial_image and image_edit.partial_image, 2026-11.
bool is_preview(const EventFacts& facts) {
  return facts.is_partial_image || facts.type.ends_with("partial_image");
}

}  // namespace

void AnswerScan::feed(std::string_view piece) {
  piece_ = piece;
  report_.from = 0;
  walk_.feed(piece, *this);
  if (report_.depth > 0 && report_.bytes.size() <= kMaxReportBytes) {
    report_.bytes += piece.substr(report_.from);
  }
  offset_ += piece.size();
}

const EventFacts& AnswerScan::read_event(std::string_view data) {
  walk_.reset();
  facts_ = {};
  skipped_ = report_.depth = 0;
  offset_ = 0;
  reasoning_ = 0;
  open_model_ = {};
  names_ = {};
  images_.is_open = images_.is_failure = false;
  feed(data);
  if (facts_.has_image && !is_preview(facts_)) ++images_.alone;
  images_.has_failures = images_.has_failures || facts_.has_error;
  return facts_;
}

// The members of the text itself, or of the message or response in it.
bool AnswerScan::is_at_top() const {
  if (walk_.depth() == 1) return true;
  return walk_.depth() == 2 && (names_[1] == message || names_[1] == response);
}

// Elsewhere, these names mean something else.
bool AnswerScan::is_report(MemberName name) const {
  if (!kReports.contains(name)) return false;
  for (std::size_t depth = 1; depth < walk_.depth(); ++depth) {
    if (!kAroundReports.contains(name_at(depth))) return false;
  }
  return true;
}

// An array's elements have the array's name.
void AnswerScan::open(char bracket, std::size_t at) {
  const auto depth = walk_.depth();
  const auto own = current();
  if (report_.depth == 0 && skipped_ == 0 && depth > 0) {
    if (bracket == '{' && is_report(own)) {
      report_.depth = depth;
      report_.from = at;
      report_.bytes.clear();
    }
    if (kSkipped.contains(own)) skipped_ = depth;
    const bool is_filled = !is_followed_by(bracket == '{' ? '}' : ']', at);
    if (own == error && is_at_top() && bracket == '{' && is_filled) facts_.has_error = true;
    if (depth == 1 && bracket == '[' && is_filled) facts_.has_list = true;
    if (depth == 1 && own == choices) {
      facts_.has_choices = true;
      facts_.no_choices = true;
    } else if (depth == 2 && names_[1] == choices) {
      facts_.no_choices = false;
    }
    if (depth == 1 && bracket == '[' && kImageLists.contains(own)) images_.has_list = true;
    if (own == error) note_failure();
  }
  if (depth + 1 < kMaxDepth) names_[depth + 1] = bracket == '[' ? own : none;
}

// Nothing is known of what is still to come.
bool AnswerScan::is_followed_by(char byte, std::size_t at) const {
  const auto next = piece_.find_first_not_of(" \t\r\n", at + 1);
  return next != std::string_view::npos && piece_[next] == byte;
}

void AnswerScan::close(std::size_t at) {
  const auto depth = walk_.depth();
  if (skipped_ != 0 && depth <= skipped_) skipped_ = 0;
  if (depth == 2 && !walk_.in_object() && kImageLists.contains(names_[1])) end_element();
  if (report_.depth == 0 || depth > report_.depth) return;
  if (report_.bytes.size() <= kMaxReportBytes) {
    report_.bytes += piece_.substr(report_.from, at + 1 - report_.from);
  }
  if (report_.bytes.size() <= kMaxReportBytes) take_report(read_usage(report_.bytes), depth);
  report_.depth = 0;
  report_.from = 0;
}

void AnswerScan::take_report(const TokenUsage& usage, std::size_t depth) {
  if (!usage.known() && usage.audio_seconds == 0) return;
  facts_.has_usage = facts_.has_usage || usage.known();
  const bool is_best = depth <= 2 && name_at(depth) != billed_units && name_at(depth) != timings;
  (is_best ? top_ : below_).take(usage);
  top_.audio_seconds = below_.audio_seconds = std::max(top_.audio_seconds, below_.audio_seconds);
}

void AnswerScan::name(std::string_view name) {
  const auto depth = walk_.depth();
  if (depth < kMaxDepth) names_[depth] = report_.depth > 0 ? other : find_name(name);
}

void AnswerScan::string(std::string_view raw, std::size_t at, bool begins, bool ends) {
  if (report_.depth > 0 || skipped_ > 0) return;
  const auto own = current();
  if (own == other || own == none) return;
  if (text_names_.contains(own)) {
    take_text(raw, at, begins, ends);
  } else {
    take_fact(own, raw, at, begins, ends);
  }
}

void AnswerScan::take_text(std::string_view raw, std::size_t at, bool begins, bool ends) {
  const bool whole = begins && ends;
  // Some servers send the same reasoning under two names.
  if (kReasoning.contains(current()) && whole) {
    const auto mark = std::hash<std::string_view>{}(raw);
    if (!raw.empty() && mark == reasoning_) return;
    reasoning_ = mark;
  }
  if (begins && !(raw.empty() && ends)) {
    ++facts_.texts;
    if (whole) facts_.text = Range{at, at + raw.size()};
  }
  meter_.feed(raw);
  if (ends && !is_stream_) meter_.end();
}

void AnswerScan::take_fact(MemberName own, std::string_view raw, std::size_t at, bool begins,
                           bool ends) {
  const auto depth = walk_.depth();
  if (own == finish_reason && names_[1] == choices && raw == "error") facts_.has_error = true;
  if (kImages.contains(own) || kImageLists.contains(own)) take_image(own, raw, ends);
  const bool is_failure = own == error || own == code;
  if ((begins && kImages.contains(own)) || (is_failure && !raw.empty())) note_failure();
  if (!is_at_top()) return;
  if (own == model && !facts_.model) {
    if (begins) open_model_ = offset_ + at - 1;
    if (ends && open_model_) {
      facts_.model = Range{*open_model_, offset_ + at + raw.size() + 1};
      open_model_ = {};
    }
    return;
  }
  if (own == error && begins && !(ends && raw.empty())) facts_.has_error = true;
  // Some servers give it as a string.
  if (own == duration && depth == 1) take_number(own, raw, begins, ends);
  if (depth == 1 && begins) take_code(own, raw, ends);
  if (!begins || !ends) return;
  if (own == type && depth == 1) facts_.type = raw;
  if (own == object && depth == 1) facts_.object = raw;
  if (own == id && names_[1] != message) facts_.id = raw;
}

void AnswerScan::scalar(std::string_view raw, bool begins, bool ends) {
  if (report_.depth > 0) return;
  const auto own = current();
  if (walk_.depth() == 3 && begins) {
    const bool is_failure = (own == error || own == code) && raw.find_first_of("nf0") != 0;
    if (is_failure || kImages.contains(own)) note_failure();
  }
  if (walk_.depth() != 1) return;
  // Not null, false or 0.
  if (own == error && begins && raw.find_first_of("nf0") != 0) facts_.has_error = true;
  if (begins) take_code(own, raw, ends);
  if (own == partial_image_index) facts_.is_partial_image = true;
  if (kNumbers.contains(own)) take_number(own, raw, begins, ends);
}

// A number by itself, as if it were a report of its own.
void AnswerScan::take_number(MemberName own, std::string_view raw, bool begins, bool ends) {
  if (begins) {
    report_.bytes = own == eval_count ? R"({"eval_count":)"
                    : own == duration ? R"({"duration":)"
                                      : R"({"prompt_eval_count":)";
  }
  report_.bytes += raw.substr(0, kMaxReportBytes - std::min(report_.bytes.size(), kMaxReportBytes));
  if (!ends) return;
  report_.bytes += '}';
  take_report(read_usage(report_.bytes), 1);
}

// A value that goes on in the next piece is taken for one of an error.
void AnswerScan::take_code(MemberName own, std::string_view raw, bool ends) {
  if (own != code && own != message) return;
  if (ends && is_success_code(raw)) return;
  (own == code ? facts_.has_code : facts_.has_words) = true;
}

// An image is an address or data: itself, or in an object. Servers put what has failed into the
// same list, with an error instead.
void AnswerScan::take_image(MemberName own, std::string_view raw, bool ends) {
  const auto depth = walk_.depth();
  const bool is_image = kImages.contains(own);
  const bool is_element = depth == 2 && !walk_.in_object();
  if (depth == 1 && is_image && !raw.empty()) facts_.has_image = true;
  if (!kImageLists.contains(names_[1])) return;
  if (!raw.empty() && (is_element || (depth == 3 && is_image))) images_.is_open = true;
  if (is_element && ends && images_.is_open) end_element();
}

// An element with a known member is a failure, unless one of them holds an image.
void AnswerScan::note_failure() {
  const bool is_in_element =
      walk_.depth() == 3 && walk_.in_object() && kImageLists.contains(names_[1]);
  images_.is_failure = images_.is_failure || is_in_element;
}

// The element of a list is complete.
void AnswerScan::end_element() {
  if (images_.is_open) {
    ++(names_[1] == data ? images_.in_data : images_.in_list);
  } else {
    (images_.is_failure ? images_.has_failures : images_.has_unknown) = true;
  }
  images_.is_open = images_.is_failure = false;
}

std::optional<std::int64_t> AnswerScan::image_count() const {
  const auto count = std::int64_t{images_.alone} + std::max(images_.in_data, images_.in_list);
  if (count > 0 || images_.has_failures) return count;
  if (images_.has_list && !images_.has_unknown) return 0;
  return std::nullopt;
}

}  // namespace weir::dialect
