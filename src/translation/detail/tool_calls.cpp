#include "translation/detail/tool_calls.hpp"

#include <algorithm>

namespace weir::translation::detail {

void JsonEnd::feed(std::string_view piece) {
  for (const char c : piece) take(c);
}

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
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if ((c == '}' || c == ']') && depth_ > 0 && --depth_ == 0) reached_ = true;
}

// Some servers give each piece another id, others every call the index 0: a call is new if its
// index is, or if it has a name and an id of its own.
ToolCall& ToolCalls::call_of(const ToolCallDelta& piece) {
  const auto last =
      std::ranges::find(calls_.rbegin(), calls_.rend(), piece.index, &ToolCall::index);
  const bool known = last != calls_.rend();
  const bool another = known && !piece.name.empty() && !last->name.empty() && !piece.id.empty() &&
                       piece.id != last->id;
  if (known && !another) return *last;
  auto& call = calls_.emplace_back();
  call.index = piece.index;
  return call;
}

void ToolCalls::take(const ToolCallDelta& piece) {
  auto& call = call_of(piece);
  if (call.id.empty()) call.id = piece.id;
  if (call.name.empty()) call.name = piece.name;
  if (call.state == ToolCall::State::closed) return;
  call.held += piece.arguments;
  call.end.feed(piece.arguments);
  if (call.state == ToolCall::State::waiting) held_bytes_ += piece.arguments.size();
}

ToolCall* ToolCalls::open() { return open_ == kNone ? nullptr : &calls_[open_]; }

std::vector<ToolCall>::iterator ToolCalls::next(bool unnamed) {
  return std::ranges::find_if(calls_, [&](const ToolCall& call) {
    return call.state == ToolCall::State::waiting &&
           (unnamed ? call.has_something() : !call.name.empty());
  });
}

bool ToolCalls::has_next(bool unnamed) { return next(unnamed) != calls_.end(); }

ToolCall* ToolCalls::open_next(bool unnamed) {
  const auto found = next(unnamed);
  if (found == calls_.end()) return nullptr;
  held_bytes_ -= found->held.size();
  found->state = ToolCall::State::open;
  open_ = static_cast<std::size_t>(found - calls_.begin());
  return &*found;
}

void ToolCalls::close() {
  if (auto* call = open()) call->state = ToolCall::State::closed;
  open_ = kNone;
}

bool ToolCalls::blocks() const {
  return open_ != kNone && !calls_[open_].end.reached() && held_bytes_ <= kMaxHeldBytes;
}

}  // namespace weir::translation::detail
