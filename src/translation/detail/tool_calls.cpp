#include "translation/detail/tool_calls.hpp"

#include <utility>

namespace weir::translation::detail {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kNull = "null";

}  // namespace

// Some servers give each piece another id, others every call the index 0, some of them without ids.
bool NamedCall::is_followed_by(const ToolCallDelta& piece) const {
  if (piece.name.empty() || name.empty()) return false;
  if (!piece.id.empty()) return piece.id != id;
  return piece.name != name || (end.reached() && !detail::is_empty(piece.arguments));
}

bool is_empty(std::string_view arguments) {
  return arguments.find_first_not_of(kBlank) == std::string_view::npos || arguments == kNull;
}

void JsonEnd::feed(std::string_view piece) {
  for (const char c : piece) take(c);
}

bool JsonEnd::is_empty() const { return !begun_ && (null_ == 0 || null_ == kNull.size()); }

void JsonEnd::take(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return;
  }
  if (!begun_ && !kBlank.contains(c)) {
    begun_ = null_ == kNull.size() || c != kNull[null_];
    ++null_;
  }
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if ((c == '}' || c == ']') && depth_ > 0 && --depth_ == 0) reached_ = true;
}

// That of the next call if the piece begins one.
std::size_t ToolCalls::place_of(const ToolCallDelta& piece) const {
  const auto latest = latest_.find(piece.index);
  const bool begins = latest == latest_.end() || calls_[latest->second].is_followed_by(piece);
  return begins ? calls_.size() : latest->second;
}

void ToolCalls::take(const ToolCallDelta& piece) {
  const auto place = place_of(piece);
  failed_ = failed_ || place >= kMaxCalls;
  if (failed_) return;
  if (place == calls_.size()) {
    calls_.emplace_back();
    latest_[piece.index] = place;
  }
  auto& call = calls_[place];
  if (call.id.empty()) held_bytes_ += call.id.assign(piece.id).size();
  if (call.name.empty()) held_bytes_ += call.name.assign(piece.name).size();
  if (call.signature.empty()) held_bytes_ += call.signature.assign(piece.signature).size();
  if (call.state == ToolCall::State::closed) {
    failed_ = !is_empty(piece.arguments);
    return;
  }
  call.held += piece.arguments;
  call.end.feed(piece.arguments);
  if (call.state != ToolCall::State::waiting) return;
  held_bytes_ += piece.arguments.size();
  if (!call.name.empty()) ready_.insert(place);
}

void ToolCalls::admit_unnamed() {
  for (std::size_t place = 0; place < calls_.size(); ++place) {
    const auto& call = calls_[place];
    const bool has_something = !call.id.empty() || !call.name.empty() || !call.held.empty();
    if (call.state == ToolCall::State::waiting && has_something) ready_.insert(place);
  }
}

ToolCall* ToolCalls::open() { return open_ == kNone ? nullptr : &calls_[open_]; }

ToolCall* ToolCalls::open_next() {
  if (ready_.empty()) return nullptr;
  open_ = ready_.extract(ready_.begin()).value();
  auto& call = calls_[open_];
  held_bytes_ -= call.held.size();
  call.state = ToolCall::State::open;
  return &call;
}

void ToolCalls::close() {
  if (auto* call = open()) call->state = ToolCall::State::closed;
  open_ = kNone;
}

bool ToolCalls::settle() {
  auto* call = open();
  return call != nullptr && call->end.is_empty() && !std::exchange(call->is_settled, true);
}

bool ToolCalls::blocks() const {
  if (open_ == kNone) return false;
  const auto& call = calls_[open_];
  if (call.end.reached() || call.is_settled) return false;
  return !call.end.is_empty() || held_bytes_ <= kMaxHeldBytes;
}

std::size_t ToolCalls::held_bytes() const {
  return held_bytes_ + (open_ == kNone ? 0 : calls_[open_].held.size());
}

}  // namespace weir::translation::detail
