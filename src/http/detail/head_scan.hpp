/// Finds the end of a message's head. Pure.
///
/// The result, a fault or the end, is reported at the same byte however the input is split, and a
/// fault is always the first one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::http::detail {

/// Threads: one. Lifetime: value type.
class HeadScan {
 public:
  enum class Found : std::uint8_t { more, whole, malformed, line_too_long, fields_too_large };

  /// Units: bytes, line ends included.
  struct Limits {
    std::size_t line;
    std::size_t fields;
  };

  explicit HeadScan(Limits limits) : limits_(limits) {}

  /// `bytes` are those of the last call and more. Whole: `size` is the length of the head, with the
  /// one empty line that may precede it (RFC 9112 §2.2). Malformed: a line does not end with CRLF,
  /// or is folded (RFC 9112 §2.2, §5.2).
  [[nodiscard]] Found find(std::string_view bytes);
  [[nodiscard]] std::size_t size() const { return size_; }

  void reset() { *this = HeadScan(limits_); }

 private:
  [[nodiscard]] Found too_large(std::string_view bytes) const;

  Limits limits_;
  std::size_t begin_ = 0;      ///< start of the first line
  std::size_t line_at_ = 0;    ///< start of the line whose end has not been found
  std::size_t looked_at_ = 0;  ///< searched for that end up to here
  std::size_t checked_ = 0;    ///< no bare LF up to here
  std::size_t fields_at_ = 0;  ///< start of the fields; 0: the first line has no end yet
  std::size_t size_ = 0;
};

}  // namespace weir::http::detail
