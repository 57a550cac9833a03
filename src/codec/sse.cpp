#include "codec/sse.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace weir::codec {
namespace {

struct LineEnd {
  std::size_t begin;
  std::size_t end;
};

// The first line end at or after `from`. Searches for an LF first, then for a CR before it, in
// stretches: otherwise a text with lone CRs and no LF would be read to its end for each of them.
std::optional<LineEnd> find_line_end(std::string_view text, std::size_t from) {
  constexpr std::size_t kStretchBytes = 1024;
  for (; from < text.size(); from += kStretchBytes) {
    auto stretch = text.substr(from, kStretchBytes);
    stretch = stretch.substr(0, stretch.find('\n'));
    const auto begin = from + std::min(stretch.find('\r'), stretch.size());
    if (begin == std::min(from + kStretchBytes, text.size())) continue;
    const bool pair = text.substr(begin).starts_with("\r\n");
    return LineEnd{begin, begin + (pair ? 2 : 1)};
  }
  return std::nullopt;
}

// Calls `visit(line)` for each line of an event, without its end.
template <class F>
void for_each_line(std::string_view event, F&& visit) {
  // A byte order mark at the start of a stream is not part of a line.
  if (event.starts_with("\xEF\xBB\xBF")) event.remove_prefix(3);
  std::size_t begin = 0;
  while (const auto end = find_line_end(event, begin)) {
    visit(event.substr(begin, end->begin - begin));
    begin = end->end;
  }
  visit(event.substr(begin));
}

// The line's value if it is the field `name`.
std::optional<std::string_view> field_value(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  if (line.empty()) return line;
  if (line.front() != ':') return std::nullopt;
  line.remove_prefix(line.starts_with(": ") ? 2 : 1);
  return line;
}

}  // namespace

Result<std::size_t> SseSplitter::whole_events(std::string_view bytes) {
  const auto settled = bytes.size() - (bytes.ends_with('\r') ? 1 : 0);
  const auto text = bytes.substr(0, settled);
  auto from = seen_;
  auto line = line_;
  std::size_t whole = 0;
  bool too_long = false;
  while (const auto end = find_line_end(text, from)) {
    const bool blank = end->begin == line;
    from = line = end->end;
    if (!blank) continue;
    too_long = line - whole > max_event_bytes_;
    if (too_long) break;
    whole = line;
  }
  too_long = too_long || bytes.size() - whole > max_event_bytes_;
  if (too_long && whole == 0) {
    return fail(Errc::upstream_answer_too_large,
                fmt::format("an event of more than {} bytes", max_event_bytes_));
  }
  if (too_long) {
    reset();  // the next call finds the long event at the start of its bytes
  } else {
    seen_ = settled - whole;
    line_ = line - whole;
  }
  return whole;
}

void SseSplitter::reset() {
  seen_ = 0;
  line_ = 0;
}

std::string_view take_event(std::string_view& events) {
  auto length = events.size();
  std::size_t line = 0;
  while (const auto end = find_line_end(events, line)) {
    const bool blank = end->begin == line;
    line = end->end;
    if (!blank) continue;
    length = line;
    break;
  }
  const auto event = events.substr(0, length);
  events.remove_prefix(length);
  return event;
}

std::string_view event_data(std::string_view event, std::string& scratch) {
  std::string_view data;
  std::size_t lines = 0;
  for_each_line(event, [&](std::string_view line) {
    const auto value = field_value(line, "data");
    if (!value) return;
    if (++lines == 1) {
      data = *value;
      return;
    }
    if (lines == 2) scratch.assign(data);
    data = scratch.append("\n").append(*value);
  });
  return data;
}

std::string_view event_name(std::string_view event) {
  std::string_view name;
  for_each_line(event,
                [&](std::string_view line) { name = field_value(line, "event").value_or(name); });
  return name;
}

}  // namespace weir::codec
