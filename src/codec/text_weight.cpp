#include "codec/text_weight.hpp"

#include "codec/hex.hpp"

namespace weir::codec {
namespace {

using Script = TextWeight::Script;

constexpr std::int64_t kWord = 102;
constexpr unsigned kStem = 7;      // letters that a token usually has room for
constexpr unsigned kSyllable = 4;  // letters of each further one
constexpr std::int64_t kFurther = 90;
constexpr unsigned kDigitGroup = 3;

}  // namespace

constinit const std::array<TextMeter::Kind, 256> TextMeter::kKinds = [] {
  std::array<Kind, 256> kinds{};
  const auto fill = [&](int from, int to, Kind kind) {
    for (int byte = from; byte <= to; ++byte) kinds[static_cast<std::size_t>(byte)] = kind;
  };
  fill(0x00, 0x1F, Kind::line);
  fill(0x20, 0x20, Kind::blank);
  fill(0x21, 0x7F, Kind::mark);
  fill('0', '9', Kind::digit);
  fill('A', 'Z', Kind::letter);
  fill('a', 'z', Kind::letter);
  fill('\\', '\\', Kind::backslash);
  // From here, the first byte of a character.
  fill(0xC2, 0xC2, Kind::mark);
  fill(0xC3, 0xCB, Kind::letter);  // Latin
  fill(0xCC, 0xDF, Kind::other);   // Greek, Cyrillic, Hebrew, Arabic
  fill(0xE0, 0xE0, Kind::indic);
  fill(0xE1, 0xE1, Kind::letter);  // Vietnamese
  fill(0xE2, 0xE2, Kind::wide_mark);
  fill(0xE3, 0xE3, Kind::kana);
  fill(0xE4, 0xE9, Kind::han);
  fill(0xEA, 0xED, Kind::hangul);
  fill(0xEE, 0xEF, Kind::wide_mark);
  fill(0xF0, 0xF4, Kind::emoji);
  return kinds;
}();

void TextMeter::feed(std::string_view raw) {
  for (const char c : raw) {
    if (escape_ != Escape::none) {
      take_escape(c);
      continue;
    }
    const auto kind = kKinds[static_cast<unsigned char>(c)];
    if (kind == Kind::backslash) {
      escape_ = Escape::begun;
    } else if (kind != Kind::none) {
      take(kind);
    }
  }
}

void TextMeter::take(Kind kind) {
  const bool is_first = kind != last_;
  last_ = kind;
  switch (kind) {
    case Kind::letter:
      run_ = is_first ? 1 : run_ + 1;
      if (is_first) {
        weight_[Script::alphabetic] += kWord;
      } else if (run_ > kStem && (run_ - kStem) % kSyllable == 1) {
        weight_[Script::alphabetic] += kFurther;
      }
      break;
    case Kind::digit:
      run_ = is_first ? 1 : run_ + 1;
      if (run_ % kDigitGroup == 1) weight_[Script::code] += 100;
      break;
    case Kind::line:
      if (is_first) weight_[Script::code] += 100;
      break;
    case Kind::blank:
      // A single blank belongs to the word after it.
      if (!is_first) weight_[Script::code] += 5;
      break;
    case Kind::mark:
      weight_[Script::code] += 56;
      break;
    case Kind::wide_mark:
      weight_[Script::code] += 75;
      break;
    case Kind::other:
      weight_[Script::alphabetic] += 33;
      break;
    case Kind::indic:
      weight_[Script::wide] += 50;
      break;
    case Kind::kana:
      weight_[Script::wide] += 72;
      break;
    case Kind::han:
      weight_[Script::wide] += 78;
      break;
    case Kind::hangul:
      weight_[Script::wide] += 78;
      break;
    case Kind::emoji:
      weight_[Script::wide] += 200;
      break;
    case Kind::none:
    case Kind::backslash:
      break;
  }
}

// After a backslash.
void TextMeter::take_escape(char c) {
  if (escape_ == Escape::begun && c == 'u') {
    escape_ = Escape::unicode;
    unit_ = 0;
    digits_ = 0;
    return;
  }
  if (escape_ == Escape::begun) {
    escape_ = Escape::none;
    take(c == '"' || c == '\\' || c == '/' ? Kind::mark : Kind::line);
    return;
  }
  const int digit = hex_digit(c);
  unit_ = unit_ << 4U | static_cast<std::uint32_t>(digit < 0 ? 0 : digit);
  if (++digits_ < 4) return;
  escape_ = Escape::none;
  const bool is_high = unit_ >= 0xD800 && unit_ < 0xDC00;
  const bool is_low = unit_ >= 0xDC00 && unit_ < 0xE000;
  if (is_low) return;
  std::uint32_t first = unit_;
  if (unit_ >= 0x80) first = unit_ < 0x800 ? 0xC0U | unit_ >> 6U : 0xE0U | unit_ >> 12U;
  const auto kind = is_high ? Kind::emoji : kKinds[first];
  if (kind != Kind::none) take(kind == Kind::backslash ? Kind::mark : kind);
}

}  // namespace weir::codec
