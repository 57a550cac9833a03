#include "codec/utf8.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::codec {
namespace {

struct Lead {
  std::size_t length;
  unsigned char second_min;
  unsigned char second_max;
};

// Only the second byte's range depends on the first; the others are always 80..BF.
constexpr Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Length of the ASCII prefix, in words of eight bytes.
std::size_t ascii_words(std::string_view text) {
  constexpr auto kHighs = ~std::uint64_t{0} / 0xFF * 0x80;
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & kHighs) != 0) break;
  }
  return at;
}

// True if the four bytes, first byte lowest, begin with a well-formed three-byte sequence: 1110xxxx
// 10xxxxxx 10xxxxxx, neither overlong (E0 80..9F) nor a surrogate (ED A0..).
constexpr bool is_three_bytes(std::uint32_t word) {
  const auto second = word & 0x200FU;
  return (word & 0x00C0C0F0U) == 0x008080E0U && second != 0 && second != 0x200DU;
}

#if defined(__SSE2__)
// True if 15 bytes are five three-byte sequences. False if a lead byte is E0 or ED, whose second
// byte would need a check.
bool are_five_of_three(const char* from) {
  constexpr int kLeads = 0b001'001'001'001'001;
  constexpr int kAll = 0b111'111'111'111'111;
  const auto byte = [](unsigned value) { return _mm_set1_epi8(static_cast<char>(value)); };
  const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const int leads = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(bytes, byte(0xF0)), byte(0xE0)));
  const int tails = _mm_movemask_epi8(_mm_cmplt_epi8(bytes, byte(0xC0)));  // signed: 80..BF
  const int unsure = _mm_movemask_epi8(
      _mm_or_si128(_mm_cmpeq_epi8(bytes, byte(0xE0)), _mm_cmpeq_epi8(bytes, byte(0xED))));
  return (((leads ^ kLeads) | (tails ^ ~kLeads) | unsure) & kAll) == 0;
}
#endif

// Removes well-formed sequences from the front, as many as there are.
void skip_sequences(std::string_view& text) {
  for (;;) {
    text.remove_prefix(ascii_words(text));
    auto length = utf8_multibyte_prefix(text);
    if (length == 0) length = utf8_sequence_length(text);
    if (length == 0) return;
    text.remove_prefix(length);
  }
}

// True if `text`, an incomplete sequence, could be the start of a valid one.
bool may_become_sequence(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.length <= text.size()) return false;
  if (text.size() > 1 && (byte(1) < lead.second_min || byte(1) > lead.second_max)) return false;
  return text.size() < 3 || (byte(2) & 0xC0U) == 0x80U;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.length <= 1) return lead.length;
  if (text.size() < lead.length) return 0;
  if (byte(1) < lead.second_min || byte(1) > lead.second_max) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  return lead.length;
}

std::size_t utf8_multibyte_prefix(std::string_view text) {
  std::size_t at = 0;
  for (;;) {
    // The bulk of non-ASCII text in most scripts.
#if defined(__SSE2__)
    while (text.size() - at >= 16 && are_five_of_three(text.data() + at)) at += 15;
#endif
    for (std::uint32_t word; text.size() - at >= sizeof(word); at += 3) {
      static_assert(std::endian::native == std::endian::little);
      std::memcpy(&word, text.data() + at, sizeof(word));
      if (!is_three_bytes(word)) break;
    }
    const auto length = utf8_sequence_length(text.substr(at));
    if (length <= 1) return at;
    at += length;
  }
}

bool is_utf8(std::string_view text) {
  skip_sequences(text);
  return text.empty();
}

bool Utf8Checker::feed(std::string_view piece) {
  while (pending_ > 0 && !piece.empty()) {
    sequence_[pending_++] = piece.front();
    piece.remove_prefix(1);
    const std::string_view sequence(sequence_.data(), pending_);
    if (utf8_sequence_length(sequence) != 0) {
      pending_ = 0;
    } else if (!may_become_sequence(sequence)) {
      return false;
    }
  }
  skip_sequences(piece);
  if (piece.empty()) return true;
  if (!may_become_sequence(piece)) return false;
  std::memcpy(sequence_.data(), piece.data(), piece.size());
  pending_ = piece.size();
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr std::size_t kLongestTail = 3;
  for (std::size_t back = 0; back <= kLongestTail && back < max_bytes; ++back) {
    const auto start = max_bytes - back;
    if (utf8_sequence_length(text.substr(start)) != 0) return text.substr(0, start);
  }
  return text.substr(0, max_bytes);  // not UTF-8 at the cut: nothing to protect
}

}  // namespace weir::codec
