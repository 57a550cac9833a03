/// Where the head of a message ends. Pure.
///
/// What it finds, a fault or the end, it finds at the same byte however the bytes come, and a fault
/// is the first one there is: so how they were split can make no difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::http::detail {

/// Threads: one. Lifetime: value type.
class HeadScan {
 public:
  enum class Found : std::uint8_t { more, whole, malformed, line_too_long, fields_too_large };

  /// In bytes, line ends included.
  struct Limits {
    std::size_t line;
    std::size_t fields;
  };

  explicit HeadScan(Limits limits) : limits_(limits) {}

  /// `bytes` are those of the last call and more. Whole: `size` says how many are the head, with
  /// the one empty line that may stand before it (RFC 9112 §2.2). Malformed: a line does not end
  /// with CRLF, or goes on in the next (RFC 9112 §2.2, §5.2).
  [[nodiscard]] Found find(std::string_view bytes);
  [[nodiscard]] std::size_t size() const { return size_; }

  void reset() { *this = HeadScan(limits_); }

 private:
  [[nodiscard]] Found too_large(std::string_view bytes) const;

  Limits limits_;
  std::size_t begin_ = 0;      ///< of the first line
  std::size_t line_at_ = 0;    ///< where the line begins whose end was not found yet
  std::size_t looked_at_ = 0;  ///< how far it was looked for
  std::size_t checked_ = 0;    ///< how far there is no LF alone
  std::size_t fields_at_ = 0;  ///< 0: the first line's end was not found yet
  std::size_t size_ = 0;
};

}  // namespace weir::http::detail
