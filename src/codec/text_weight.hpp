/// An estimate of the tokens of a text, without a tokenizer: by words, marks and characters.
///
/// Source: weights fitted to cl100k_base and o200k_base, 2026-11, over English prose, C++, Python,
/// JSON and Markdown (within 8 % of either), and short texts in eleven languages (o200k_base: most
/// within 25 %). Models differ from these by a factor per script, which is learned
/// (limit/token_forecast.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::codec {

/// Units: hundredths of a token.
struct TextWeight {
  /// Texts of different scripts, whose share of tokens per character differs from model to model.
  enum class Script : std::uint8_t {
    alphabetic,  ///< words of alphabets
    wide,        ///< Han, kana, Hangul, Indic and Thai scripts, emoji
    code,        ///< digits, marks, line breaks, indentation
  };
  static constexpr std::size_t kScripts = 3;

  std::array<std::int64_t, kScripts> of{};

  [[nodiscard]] std::int64_t& operator[](Script script) {
    return of[static_cast<std::size_t>(script)];
  }
  [[nodiscard]] std::int64_t total() const { return of[0] + of[1] + of[2]; }
  /// REQUIRES: `other` is part of it.
  [[nodiscard]] TextWeight operator-(const TextWeight& other) const {
    return {{of[0] - other.of[0], of[1] - other.of[1], of[2] - other.of[2]}};
  }
  bool operator==(const TextWeight&) const = default;
};

/// Weighs the contents of JSON strings, undecoded, as they come: in pieces of any size.
///
/// Threads:  one at a time. Lifetime: value type.
/// Cost:     about 20 instructions per byte; allocates nothing.
class TextMeter {
 public:
  /// The next piece of a string.
  void feed(std::string_view raw);
  /// The string ends; another one is another text.
  void end() {
    escape_ = Escape::none;
    last_ = Kind::none;
  }

  [[nodiscard]] const TextWeight& weight() const { return weight_; }

 private:
  enum class Kind : std::uint8_t {
    none,  ///< a byte that continues a character
    blank,
    line,
    letter,
    digit,
    mark,
    wide_mark,
    other,  ///< a letter of another alphabet
    indic,
    kana,
    han,
    hangul,
    emoji,
    backslash,
  };
  enum class Escape : std::uint8_t { none, begun, unicode };

  struct Cost {
    TextWeight::Script script;
    std::int64_t cost;
  };
  static constexpr std::size_t kKindCount = static_cast<std::size_t>(Kind::backslash) + 1;
  static const std::array<Kind, 256> kKinds;  ///< of a character, by its first byte
  static const std::array<Cost, kKindCount> kCosts;

  static Kind kind_of(char c) { return kKinds[static_cast<unsigned char>(c)]; }
  void take(Kind kind);
  void take_letters(unsigned count);
  void take_escape(char c);

  TextWeight weight_;
  Kind last_ = Kind::none;
  Escape escape_ = Escape::none;
  std::uint32_t unit_ = 0;  ///< of a \u escape, so far
  unsigned digits_ = 0;     ///< of it
  unsigned run_ = 0;        ///< letters or digits in a row
};

}  // namespace weir::codec
