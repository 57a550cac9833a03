#include "codec/line_dashes.hpp"

#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::codec {
namespace {

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

#if defined(__SSE2__)
__m128i load(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

// A bit mask: bit i is set if a candidate begins at from[i]. Reads 19 bytes.
unsigned candidates(const char* from, char third) {
  const auto first = load(from);
  const auto breaks = _mm_or_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8('\n')),
                                   _mm_cmpeq_epi8(first, _mm_set1_epi8('\r')));
  const auto dash = _mm_set1_epi8('-');
  const auto dashes =
      _mm_and_si128(_mm_cmpeq_epi8(load(from + 1), dash), _mm_cmpeq_epi8(load(from + 2), dash));
  const auto thirds = _mm_cmpeq_epi8(load(from + 3), _mm_set1_epi8(third));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_and_si128(_mm_and_si128(breaks, dashes), thirds)));
}
#endif

}  // namespace

std::size_t find_line_dashes(std::string_view text, std::string_view delimiter) {
  if (text.size() <= delimiter.size()) return std::string_view::npos;
  const auto last = text.size() - delimiter.size();  // one past the last candidate
  const auto matches = [&](std::size_t at) {
    return text.substr(at + 1, delimiter.size()) == delimiter;
  };
  std::size_t at = 0;
#if defined(__SSE2__)
  constexpr std::size_t kBlock = 16;
  for (; text.size() - at >= kBlock + 3; at += kBlock) {
    for (auto bits = candidates(text.data() + at, delimiter[2]); bits != 0; bits &= bits - 1) {
      const auto place = at + static_cast<std::size_t>(std::countr_zero(bits));
      if (place >= last) return std::string_view::npos;
      if (matches(place)) return place + 1;
    }
  }
#endif
  for (; at < last; ++at) {
    if (is_line_end(text[at]) && matches(at)) return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace weir::codec
