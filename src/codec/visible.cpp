#include "codec/visible.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "codec/utf8.hpp"

namespace weir::codec {
namespace {

struct CodePoints {
  std::uint32_t first;
  std::uint32_t last;
};

// In ascending order.
constexpr std::array<CodePoints, 19> kSpelledOut{{
    {0x0000, 0x001F},    // C0
    {0x007F, 0x009F},    // DEL, C1
    {0x00AD, 0x00AD},    // soft hyphen
    {0x034F, 0x034F},    // combining grapheme joiner
    {0x061C, 0x061C},    // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x17B4, 0x17B5},    // Khmer inherent vowels
    {0x180B, 0x180F},    // Mongolian variation selectors and vowel separator
    {0x200B, 0x200F},    // zero-width characters, directional marks
    {0x2028, 0x202E},    // separators of lines and paragraphs, embeddings and overrides
    {0x2060, 0x206F},    // word joiner, invisible operators, isolates, deprecated controls
    {0x3164, 0x3164},    // Hangul filler
    {0xFE00, 0xFE0F},    // variation selectors
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFA0, 0xFFA0},    // half-width Hangul filler
    {0xFFF0, 0xFFFB},    // unassigned, interlinear annotation
    {0x1BCA0, 0x1BCA3},  // shorthand format controls
    {0x1D173, 0x1D17A},  // musical format controls
    {0xE0000, 0xE0FFF},  // tags, more variation selectors
}};

bool is_spelled_out(std::uint32_t code_point) {
  const auto range = std::ranges::lower_bound(kSpelledOut, code_point, {}, &CodePoints::last);
  return range != kSpelledOut.end() && range->first <= code_point;
}

// Decodes a well-formed sequence.
std::uint32_t decode(std::string_view sequence) {
  constexpr std::array<std::uint32_t, 5> kLeadBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  auto code_point = static_cast<unsigned char>(sequence.front()) & kLeadBits[sequence.size()];
  for (const char c : sequence.substr(1)) {
    code_point = (code_point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return code_point;
}

constexpr bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

std::size_t plain_prefix(std::string_view text) {
  return static_cast<std::size_t>(
      std::distance(text.begin(), std::ranges::find_if_not(text, is_printable_ascii)));
}

void put_escape(std::string& out, std::uint32_t code_point) {
  if (code_point < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", code_point);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", code_point);
  }
}

void put_json_escape(std::string& out, std::uint32_t code_point) {
  constexpr std::uint32_t kFirstAstral = 0x10000;
  if (code_point < kFirstAstral) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
    return;
  }
  const auto rest = code_point - kFirstAstral;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U),
                 0xDC00 + (rest & 0x3FFU));
}

// `put_byte` is called for bytes that do not begin a well-formed sequence.
template <class PutEscape, class PutByte>
std::string spell_out(std::string_view text, PutEscape put, PutByte put_byte) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const auto plain = plain_prefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return out;
    const auto length = utf8_sequence_length(text);
    const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      put_byte(out, sequence.front());
    } else if (const auto code_point = decode(sequence); is_spelled_out(code_point)) {
      put(out, code_point);
    } else {
      out.append(sequence);
    }
    text.remove_prefix(sequence.size());
  }
}

}  // namespace

std::string visible_text(std::string_view text) {
  return spell_out(text, put_escape, [](std::string& out, char c) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  });
}

std::string visible_excerpt(std::string_view text) {
  if (text.size() <= kExcerptBytes) return visible_text(text);
  constexpr unsigned kContinuationMask = 0xc0;
  constexpr unsigned kContinuation = 0x80;
  auto size = kExcerptBytes;
  while (size > 0 &&
         (static_cast<unsigned char>(text[size]) & kContinuationMask) == kContinuation) {
    --size;
  }
  return visible_text(text.substr(0, size)) + "…";
}

std::string visible_json(std::string json) {
  if (plain_prefix(json) == json.size()) return json;
  return spell_out(json, put_json_escape, [](std::string& out, char c) { out.push_back(c); });
}

}  // namespace weir::codec
