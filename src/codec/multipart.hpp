/// Finds the values of small text fields in a multipart/form-data body that comes in pieces.
///
/// One pass; parts that are files, or fields of other names, are passed over and not kept. Where
/// servers are known to read a body in different ways (lone LFs, a name given twice, RFC 2231
/// names), the body is broken: what is found here is what the server behind us finds.
///
/// Source: RFC 7578 (form-data), RFC 2046 §5.1.1 (multipart), RFC 9110 §5.6.6 (parameters).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::codec {

/// The boundary that a Content-Type names. Nothing if the type is not multipart/form-data, or its
/// boundary is missing, given twice or not well-formed.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

/// One field found. Offsets count from the first byte fed.
struct MultipartValue {
  std::size_t name = 0;     ///< index in the scanner's list
  std::uint64_t begin = 0;  ///< of the value's bytes
  std::uint64_t end = 0;
  std::string value = {};
  bool too_long = false;  ///< longer than the scanner's bound; `value` is empty
};

/// Threads:  one owner at a time. Lifetime: value type; the list of names outlives it.
/// Cost:     a file part at several GB/s. Keeps at most the bound of a value and 8 KiB of headers.
class MultipartScanner {
 public:
  /// What the body is so far. `complete` after the closing delimiter; what follows is ignored.
  enum class State : std::uint8_t { more, complete, broken };

  static constexpr std::size_t kMaxHeaderBytes = 8192;  ///< of one part

  /// REQUIRES: a boundary of 1 to 70 bytes, as multipart_boundary gives it.
  MultipartScanner(std::string_view boundary, std::span<const std::string_view> names,
                   std::size_t max_value_bytes);

  /// Takes the next piece and calls `found(MultipartValue)` for each field that ends in it, in
  /// order. A part with a file name is a file and not a field; a name that occurs twice is found
  /// twice.
  template <class F>
  void feed(std::string_view piece, F&& found) {
    piece_ = piece;
    text_ = carry_;
    in_piece_ = false;
    borrowed_ = 0;
    for (MultipartValue value; next(value);) found(std::move(value));
  }

  [[nodiscard]] State state() const { return state_; }

 private:
  enum class Within : std::uint8_t { delimiter_line, headers, content };
  enum class Step : std::uint8_t { moved, found, needs_more };

  bool next(MultipartValue& value);
  bool read_on();
  Step take_content(MultipartValue& value);
  Step take_delimiter_line();
  void start_headers();
  Step take_header();
  bool note_header(std::string_view line);
  bool note_disposition(std::string_view text);
  bool start_content();
  Step break_off();
  void keep_content(std::size_t length);
  void consume(std::size_t length);

  std::string delimiter_;  // with its leading dashes
  std::span<const std::string_view> names_;
  std::size_t max_value_bytes_;

  std::string carry_;         // bytes of earlier pieces that could not be decided on
  std::string_view piece_;    // being fed
  std::size_t borrowed_ = 0;  // bytes of piece_ that are also at the end of carry_
  std::string_view text_;     // being read: the end of carry_, or of piece_
  bool in_piece_ = false;     // the latter
  std::uint64_t offset_ = 0;  // of text_

  State state_ = State::more;
  Within within_ = Within::content;  // the preamble is content that nobody wants
  bool content_started_ = false;     // a byte of the content has been consumed

  // The part being read.
  std::size_t header_bytes_ = 0;
  bool has_disposition_ = false;
  std::optional<std::string> name_;
  std::optional<std::string> file_name_;
  bool is_file_ = false;  // has a file name in another character set
  bool wanted_ = false;   // a field of a name in the list
  MultipartValue value_;
};

}  // namespace weir::codec
