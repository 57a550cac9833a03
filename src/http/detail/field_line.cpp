#include "http/detail/field_line.hpp"

#include <algorithm>
#include <cstddef>

#include "base/word.hpp"

namespace weir::http::detail {
namespace {

constexpr std::ptrdiff_t kWord = word::kBytes;

// The first colon, or `end`; checks eight bytes at a time.
const char* find_colon(const char* at, const char* end) {
  for (; end - at >= kWord; at += kWord) {
    const auto colons = word::equal(word::load(at), ':');
    if (colons != 0) return at + word::first(colons);
  }
  while (at != end && *at != ':') ++at;
  return at;
}

// The first byte that may end a value or is not allowed in it; checks eight at a time. Stops at a
// tab too.
const char* skip_visible(const char* at, const char* end) {
  for (; end - at >= kWord; at += kWord) {
    const auto bytes = word::load(at);
    const auto stops = word::below(bytes, 0x20) | word::equal(bytes, '\x7f');
    if (stops != 0) return at + word::first(stops);
  }
  while (at != end && is_value_byte(*at) && *at != '\t') ++at;
  return at;
}

bool is_name(std::string_view text, const ByteClass& names) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) { return is_in(names, c); });
}

}  // namespace

std::optional<FieldLine> take_field_line(std::string_view& lines, const ByteClass& names) {
  const char* const begin = lines.data();
  const char* const end = begin + lines.size();
  const char* at = find_colon(begin, end);
  const std::string_view name(begin, at);
  const auto known = field_name(name);
  if (at == end || !(known || is_name(name, names))) return std::nullopt;

  const char* const raw = ++at;
  while (at != end && is_blank(*at)) ++at;
  const char* const value = at;
  for (at = skip_visible(at, end); at != end && *at == '\t'; at = skip_visible(at, end)) ++at;
  if (end - at < 2 || at[0] != '\r' || at[1] != '\n') return std::nullopt;
  const char* value_end = at;
  while (value_end != value && is_blank(value_end[-1])) --value_end;
  const bool one_space = value - raw == 1 && *raw == ' ';
  lines.remove_prefix(static_cast<std::size_t>(at + 2 - begin));
  return FieldLine{.name = name,
                   .known = known,
                   .value = {value, value_end},
                   .plain = (value == raw || one_space) && value_end == at};
}

}  // namespace weir::http::detail
