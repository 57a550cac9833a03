#include "gateway/event_pattern.hpp"

namespace weir::gateway {
namespace {

// The quote that ends a raw JSON string; npos: none.
std::size_t find_quote(std::string_view raw) {
  for (auto quote = raw.find('"'); quote != raw.npos; quote = raw.find('"', quote + 1)) {
    const auto before = raw.substr(0, quote).find_last_not_of('\\');
    const auto backslashes = before == raw.npos ? quote : quote - before - 1;
    if (backslashes % 2 == 0) return quote;
  }
  return raw.npos;
}

}  // namespace

void EventPattern::set(std::string_view event, dialect::Range text,
                       std::optional<dialect::Range> model) {
  const bool fits =
      event.size() - (text.end - text.begin) <= kMaxBytes && (!model || model->end < text.begin);
  if (!fits) {
    clear();
    return;
  }
  bytes_.assign(event, 0, text.begin).append(event, text.end);
  split_ = text.begin;
  model_ = model;
}

std::optional<EventPattern::Match> EventPattern::match(std::string_view events) const {
  const std::string_view pattern = bytes_;
  if (pattern.empty() || !events.starts_with(pattern.substr(0, split_))) return std::nullopt;
  const auto after = events.substr(split_);
  const auto length = find_quote(after);
  if (length == after.npos || !after.substr(length).starts_with(pattern.substr(split_))) {
    return std::nullopt;
  }
  const auto text = after.substr(0, length);
  if (text.find_first_of("\r\n") != text.npos) return std::nullopt;
  return Match{events.substr(0, bytes_.size() + length), text};
}

}  // namespace weir::gateway
