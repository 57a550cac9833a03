#include "codec/json_grammar.hpp"

#include <array>
#include <bit>

#include "codec/hex.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::codec {
namespace {

constexpr std::size_t kUnitEscapeBytes = 6;  // \uXXXX

constexpr bool is_special(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

// Position of the first byte that ends a string or is not a plain character.
std::size_t find_special(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  constexpr std::size_t kBlock = 16;
  for (; text.size() - at >= kBlock; at += kBlock) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // As signed bytes, non-ASCII ones are below the blank too.
    const auto odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    const auto quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const auto backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const auto bits = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(odd, quotes), backslashes)));
    if (bits != 0) return at + static_cast<std::size_t>(std::countr_zero(bits));
  }
#endif
  while (at < text.size() && !is_special(text[at])) ++at;
  return at;
}

constexpr bool is_simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    default:
      return false;
  }
}

// True if a whole \uXXXX is at `at` that is no half of a surrogate pair.
bool has_whole_character(std::string_view text, std::size_t at) {
  if (text.size() - at < kUnitEscapeBytes || text[at] != '\\' || text[at + 1] != 'u') return false;
  const auto digit = [&](std::size_t i) { return hex_digit(text[at + i]); };
  const int high = digit(2);
  const int second = digit(3);
  const bool all_digits = (high | second | digit(4) | digit(5)) >= 0;
  return all_digits && !(high == 0xD && second >= 8);
}

constexpr bool is_above_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Numbers and literals as a table of states.
enum State : std::uint8_t {
  kStart,
  kMinus,
  kZero,
  kDigits,
  kPoint,
  kFraction,
  kExponent,
  kExponentSign,
  kExponentDigits,
  kLiterals,  // first of the literal states below
  kBad = 31,
};

constexpr std::size_t kStates = 32;

struct Table {
  std::array<std::array<std::uint8_t, 128>, kStates> next{};
  std::array<bool, kStates> may_end{};
};

constexpr Table kTable = [] {
  Table table;
  for (auto& row : table.next) row.fill(kBad);
  const auto digits = [&table](State from, char first, State to) {
    for (char c = first; c <= '9'; ++c) table.next[from][static_cast<std::size_t>(c)] = to;
  };
  table.next[kStart]['-'] = kMinus;
  table.next[kStart]['0'] = table.next[kMinus]['0'] = kZero;
  digits(kStart, '1', kDigits);
  digits(kMinus, '1', kDigits);
  digits(kDigits, '0', kDigits);
  table.next[kZero]['.'] = table.next[kDigits]['.'] = kPoint;
  digits(kPoint, '0', kFraction);
  digits(kFraction, '0', kFraction);
  for (const auto from : {kZero, kDigits, kFraction}) {
    table.next[from]['e'] = table.next[from]['E'] = kExponent;
    table.may_end[from] = true;
  }
  table.next[kExponent]['+'] = table.next[kExponent]['-'] = kExponentSign;
  digits(kExponent, '0', kExponentDigits);
  digits(kExponentSign, '0', kExponentDigits);
  digits(kExponentDigits, '0', kExponentDigits);
  table.may_end[kExponentDigits] = true;

  std::uint8_t state = kLiterals;
  for (const std::string_view literal : {"true", "false", "null"}) {
    std::uint8_t from = kStart;
    for (const char c : literal) {
      table.next[from][static_cast<std::size_t>(c)] = state;
      from = state++;
    }
    table.may_end[from] = true;
  }
  return table;
}();

}  // namespace

JsonStringCheck::Found JsonStringCheck::scan(std::string_view text, std::size_t& from) {
  while (from < text.size()) {
    if (within_ != Within::none) {
      if (!take(text[from])) return Found::error;
      ++from;
      continue;
    }
    from = find_special(text, from);
    if (from == text.size()) return Found::more;
    const char c = text[from];
    if (c == '"') {
      ++from;
      return Found::end;
    }
    if (c == '\\' && from + 1 < text.size() && is_simple_escape(text[from + 1])) {
      from += 2;
      continue;
    }
    if (has_whole_character(text, from)) {
      from += kUnitEscapeBytes;
      continue;
    }
    from += utf8_multibyte_prefix(text.substr(from));
    if (from == text.size()) return Found::more;
    if (!is_special(text[from]) || text[from] == '"') continue;
    if (!take(text[from])) return Found::error;
    ++from;
  }
  return Found::more;
}

bool JsonStringCheck::take(char c) {
  switch (within_) {
    case Within::none:
      if (c == '\\') {
        within_ = Within::escape;
        return true;
      }
      if (!is_above_ascii(c)) return false;
      [[fallthrough]];
    case Within::sequence:
      if (!checker_.feed({&c, 1})) return false;
      within_ = checker_.complete() ? Within::none : Within::sequence;
      return true;
    case Within::escape:
      within_ = c == 'u' ? Within::hex : Within::none;
      digits_ = unit_ = 0;
      return c == 'u' || is_simple_escape(c);
    case Within::hex:
      return take_hex(c);
    case Within::low_backslash:
      within_ = Within::low_u;
      return c == '\\';
    case Within::low_u:
      within_ = Within::hex;
      digits_ = unit_ = 0;
      return c == 'u';
  }
  return false;
}

bool JsonStringCheck::take_hex(char c) {
  constexpr unsigned kDigitsOfUnit = 4;
  const int digit = hex_digit(c);
  if (digit < 0) return false;
  unit_ = unit_ << 4U | static_cast<unsigned>(digit);
  if (++digits_ < kDigitsOfUnit) return true;
  const bool is_low = unit_ >= 0xDC00 && unit_ < 0xE000;
  if (is_low != wants_low_) return false;
  wants_low_ = unit_ >= 0xD800 && unit_ < 0xDC00;
  within_ = wants_low_ ? Within::low_backslash : Within::none;
  return true;
}

void JsonScalarCheck::take(std::string_view text, std::size_t& from) {
  for (; from < text.size(); ++from) {
    const auto byte = static_cast<unsigned char>(text[from]);
    const auto next = byte < 0x80 ? kTable.next[state_][byte] : std::uint8_t{kBad};
    if (next == kBad) return;
    state_ = next;
  }
}

bool JsonScalarCheck::may_end() const { return kTable.may_end[state_]; }

}  // namespace weir::codec
