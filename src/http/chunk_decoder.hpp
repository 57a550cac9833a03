/// Removes the framing of a chunked body (RFC 9112 §7.1). Framing is read byte by byte and payload
/// in runs, so the result does not depend on how the bytes are split.
///
/// Lines end with CRLF and nothing else. Extensions and trailers are checked for syntax, counted,
/// and dropped: a trailer must not be given a header field's meaning (RFC 9110 §6.5.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::http {

/// Threads: one. Lifetime: value type.
class ChunkDecoder {
 public:
  /// `max_overhead_bytes`: bound on all extensions and trailers of one body together.
  explicit ChunkDecoder(std::size_t max_overhead_bytes) : max_overhead_bytes_(max_overhead_bytes) {}

  /// Consumes bytes up to the end of the next run of payload and returns that run. The run is empty
  /// if the bytes, or the body, end before any payload. Returns nothing if the body is malformed,
  /// now and from then on; `problem` says why.
  [[nodiscard]] std::optional<std::string_view> next(std::string_view& bytes);

  /// True if the body is complete. Bytes left over do not belong to it.
  [[nodiscard]] bool done() const { return state_ == State::done; }
  [[nodiscard]] const char* problem() const;

  void reset() { *this = ChunkDecoder(max_overhead_bytes_); }

 private:
  // The element expected next.
  enum class State : std::uint8_t {
    first_digit,
    digits,
    blanks_before_extension,
    extension_name_start,
    extension_name,
    blanks_after_name,
    extension_value_start,
    extension_value,
    quoted,
    quoted_pair,
    after_quoted,
    size_lf,
    payload,
    payload_cr,
    payload_lf,
    line_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    done,
    bad_size,
    bad_extension,
    bad_line_end,
    bad_trailer,
    too_much_overhead,
  };

  [[nodiscard]] State after(char c);
  [[nodiscard]] State after_digit(char c);
  [[nodiscard]] State after_extension_byte(char c) const;
  [[nodiscard]] bool broken() const { return state_ >= State::bad_size; }
  [[nodiscard]] bool in_overhead() const;

  std::size_t max_overhead_bytes_;
  std::size_t overhead_bytes_ = 0;
  std::uint64_t size_ = 0;  ///< of the chunk; then the part of it still to come
  State state_ = State::first_digit;
  std::uint8_t digits_ = 0;
};

}  // namespace weir::http
