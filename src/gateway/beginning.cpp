#include "gateway/beginning.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace weir::gateway {
namespace {

// Objects and arrays are answers; other JSON texts are not.
bool is_plain_text(char first) {
  return first == '"' || (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
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
  const auto at = seen.bytes.find_first_not_of(" \t\r\n");
  const auto text = seen.bytes.substr(std::min(at, seen.bytes.size()));
  if (text.starts_with('<')) return Beginning::page;
  if (seen.form == AnswerForm::events) return judge_events(seen);
  if (text.empty()) {
    if (seen.done) return Beginning::empty;
    return seen.bytes.empty() ? Beginning::unknown : Beginning::answer;
  }
  if (seen.declared != AnswerForm::opaque && is_plain_text(text.front())) return Beginning::text;
  const bool may_be_error = seen.form == AnswerForm::json && !seen.done;
  return may_be_error && seen.bytes.size() < kMaxUnknownBytes ? Beginning::unknown
                                                              : Beginning::answer;
}

}  // namespace weir::gateway
