/// Incremental validation of JSON strings, numbers and literals.
///
/// For texts that every reader must understand alike: a lone surrogate, a bad escape, bytes that
/// are not UTF-8, `NaN` or `01` are an error to one reader and a value to another.
///
/// Source: RFC 8259 §6 (numbers), §7 (strings), §8.1 (UTF-8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/utf8.hpp"

namespace weir::codec {

/// Lifetime: value type; reusable for one string after the other.
/// Cost:     16 bytes of ASCII at a time (json_scanner_bench).
class JsonStringCheck {
 public:
  enum class Found : std::uint8_t { end, more, error };

  /// Scans from `from`, inside a string, for its end. Afterwards `from` is behind the closing quote
  /// (end), the size of the text (more), or at the offending byte (error).
  [[nodiscard]] Found scan(std::string_view text, std::size_t& from);

 private:
  enum class Within : std::uint8_t { none, escape, hex, low_backslash, low_u, sequence };

  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool take_hex(char c);

  Within within_ = Within::none;
  bool wants_low_ = false;  // the current unit is the second of a surrogate pair
  unsigned digits_ = 0;
  unsigned unit_ = 0;
  Utf8Checker checker_;
};

/// A number, true, false or null.
class JsonScalarCheck {
 public:
  /// Takes bytes from `from` on, as long as each may be the next one; the first one after `start`.
  /// Afterwards `from` is the size of the text, or at a byte that may not.
  void take(std::string_view text, std::size_t& from);
  [[nodiscard]] bool may_end() const;
  void start() { state_ = 0; }

 private:
  std::uint8_t state_ = 0;
};

}  // namespace weir::codec
