#include "gateway/beginning.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "codec/utf8.hpp"

namespace weir::gateway {
namespace {

// A word or a sentence: objects and arrays are answers, and so are bytes that are no text, such as
// vectors in binary or an image.
bool is_plain_text(std::string_view text) {
  constexpr std::size_t kSeen = 64;
  const auto is_binary = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\n') ||
           c == 0x7F;
  };
  const auto first = lower(text.front());
  const auto seen = text.substr(0, kSeen);
  return (first == '"' || (first >= 'a' && first <= 'z')) &&
         std::ranges::none_of(seen, is_binary) && codec::Utf8Checker().feed(seen);
}

// Drawings and binary bytes may begin with the same byte.
bool is_page(std::string_view text, AnswerForm declared) {
  constexpr std::string_view kHtml = "<html";
  constexpr std::string_view kDoctype = "<!doctype html";
  if (!text.starts_with('<')) return false;
  if (declared == AnswerForm::json || declared == AnswerForm::events) return true;
  return equals_ignoring_case(text.substr(0, kHtml.size()), kHtml) ||
         equals_ignoring_case(text.substr(0, kDoctype.size()), kDoctype);
}

Beginning judge_events(const BeginningSeen& seen) {
  if (seen.events > 0 || seen.finished) return Beginning::answer;
  return seen.done ? Beginning::no_events : Beginning::unknown;
}

}  // namespace

// Blank lines in front of a JSON answer are forwarded: some servers send them for the time-outs on
// the way to the client.
Beginning judge_beginning(const BeginningSeen& seen) {
  if (seen.failed) return Beginning::error;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  auto text = seen.bytes;
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (is_page(text, seen.declared)) return Beginning::page;
  if (seen.form == AnswerForm::events) return judge_events(seen);
  if (text.empty()) {
    if (seen.done) return Beginning::empty;
    return seen.bytes.empty() ? Beginning::unknown : Beginning::answer;
  }
  if (seen.declared != AnswerForm::opaque && is_plain_text(text)) return Beginning::text;
  const bool may_be_error = seen.form == AnswerForm::json && !seen.done;
  return may_be_error && seen.bytes.size() < kMaxUnknownBytes ? Beginning::unknown
                                                              : Beginning::answer;
}

}  // namespace weir::gateway
