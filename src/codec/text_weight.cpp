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
constexpr std::int64_t kDigits = 100;  // of a group
constexpr std::int64_t kBreak = 100;
constexpr std::int64_t kIndent = 5;

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

// Costs that do not depend on what comes before.
constinit const std::array<TextMeter::Cost, TextMeter::kKindCount> TextMeter::kCosts = [] {
  std::array<Cost, kKindCount> costs{};
  const auto set = [&](Kind kind, Script script, std::int64_t cost) {
    costs[static_cast<std::size_t>(kind)] = {script, cost};
  };
  set(Kind::mark, Script::code, 56);
  set(Kind::wide_mark, Script::code, 75);
  set(Kind::other, Script::alphabetic, 33);
  set(Kind::indic, Script::wide, 50);
  set(Kind::kana, Script::wide, 72);
  set(Kind::han, Script::wide, 78);
  set(Kind::hangul, Script::wide, 78);
  set(Kind::emoji, Script::wide, 200);
  return costs;
}();

void TextMeter::feed(std::string_view raw) {
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (escape_ != Escape::none) {
      take_escape(raw[at]);
      continue;
    }
    const auto kind = kind_of(raw[at]);
    if (kind == Kind::letter) {
      const auto begin = at;
      while (at + 1 < raw.size() && kind_of(raw[at + 1]) == Kind::letter) ++at;
      take_letters(static_cast<unsigned>(at + 1 - begin));
    } else if (kind == Kind::backslash) {
      escape_ = Escape::begun;
    } else if (kind != Kind::none) {
      take(kind);
    }
  }
}

// A word costs a token, and more for the syllables that exceed it.
void TextMeter::take_letters(unsigned count) {
  const auto syllables = [](unsigned letters) {
    return letters <= kStem ? 0 : (letters - kStem + kSyllable - 1) / kSyllable;
  };
  if (last_ != Kind::letter) {
    last_ = Kind::letter;
    run_ = 0;
    weight_[Script::alphabetic] += kWord;
  }
  if (run_ + count > kStem) {
    weight_[Script::alphabetic] += kFurther * (syllables(run_ + count) - syllables(run_));
  }
  run_ += count;
}

void TextMeter::take(Kind kind) {
  const bool is_first = kind != last_;
  last_ = kind;
  const auto [script, cost] = kCosts[static_cast<std::size_t>(kind)];
  weight_[script] += cost;
  switch (kind) {
    case Kind::letter:
      last_ = is_first ? Kind::none : kind;
      take_letters(1);
      break;
    case Kind::digit:
      run_ = is_first ? 1 : run_ + 1;
      if (run_ % kDigitGroup == 1) weight_[Script::code] += kDigits;
      break;
    case Kind::line:
      if (is_first) weight_[Script::code] += kBreak;
      break;
    case Kind::blank:
      // A single blank belongs to the word after it.
      if (!is_first) weight_[Script::code] += kIndent;
      break;
    default:
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
