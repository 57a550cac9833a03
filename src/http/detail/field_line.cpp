#include "http/detail/field_line.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace weir::http::detail {
namespace {

// The first byte that may end a value or is not allowed in it; checks eight at a time. Stops at a
// tab too.
const char* skip_visible(const char* at, const char* end) {
  constexpr auto kOnes = ~std::uint64_t{0} / 0xFF;
  constexpr auto kHighs = kOnes * 0x80;
  constexpr std::ptrdiff_t kWord = sizeof(std::uint64_t);
  static_assert(std::endian::native == std::endian::little);
  for (; end - at >= kWord; at += kWord) {
    std::uint64_t word;
    std::memcpy(&word, at, kWord);
    const auto controls = (word - kOnes * 0x20) & ~word;
    const auto del = word ^ (kOnes * 0x7f);
    const auto stops = (controls | ((del - kOnes) & ~del)) & kHighs;
    if (stops != 0) return at + std::countr_zero(stops) / 8;
  }
  while (at != end && is_value_byte(*at) && *at != '\t') ++at;
  return at;
}

}  // namespace

std::optional<FieldLine> take_field_line(std::string_view& lines, const ByteClass& names) {
  const char* const begin = lines.data();
  const char* const end = begin + lines.size();
  const char* at = begin;
  while (at != end && is_in(names, *at)) ++at;
  if (at == begin || at == end || *at != ':') return std::nullopt;
  const std::string_view name(begin, at);

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
                   .value = {value, value_end},
                   .plain = (value == raw || one_space) && value_end == at};
}

}  // namespace weir::http::detail
