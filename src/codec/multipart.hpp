/// Finds the values of small text fields in a multipart/form-data body that arrives in pieces.
///
/// One pass; files, and fields of other names, are skipped and not kept. Only forms that every
/// server reads the same way are accepted, by an allow-list of what real clients send, so that the
/// upstream finds the same values (docs/decisions/0038).
///
/// Source: RFC 7578 (form-data), RFC 2046 §5.1.1 (multipart).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/multipart_type.hpp"
#include "codec/utf8.hpp"

namespace weir::codec {

struct MultipartPart;
class MultipartVisitor;

/// One field found. Offsets count from the first byte fed.
struct MultipartValue {
  std::size_t name = 0;     ///< index in the scanner's list
  std::uint64_t begin = 0;  ///< of the value's bytes
  std::uint64_t end = 0;
  std::string value = {};
  bool too_long = false;  ///< longer than the scanner's bound; `value` is empty
  /// Position of the digits of the part's Content-Length; both 0 if it has none. They must change
  /// with the value.
  std::uint64_t length_begin = 0;
  std::uint64_t length_end = 0;
};

/// Threads:  one owner at a time. Lifetime: value type; the list of names outlives it.
/// Cost:     linear for any bytes; a file part at several GB/s. Keeps at most the bound of a value
///           and 8 KiB of headers (multipart_bench).
class MultipartScanner {
 public:
  /// The state of the body so far: `complete` after the closing delimiter; only blank lines may
  /// follow.
  enum class State : std::uint8_t { more, complete, broken };

  static constexpr std::size_t kMaxHeaderBytes = 8192;  ///< of one part
  static constexpr std::size_t kMaxParts = 1000;        ///< as in Starlette, Werkzeug and Go
  static constexpr std::size_t kMaxNames = 32;

  /// REQUIRES: a boundary from multipart_boundary; at most kMaxNames distinct names in lower case.
  MultipartScanner(std::string_view boundary, std::span<const std::string_view> names,
                   std::size_t max_value_bytes, bool ascii = false);

  /// Consumes the next piece and calls `found(MultipartValue)` for each field that ends in it, in
  /// order. A duplicate name breaks the body before the second value is read.
  template <class F>
  void feed(std::string_view piece, F&& found) {
    piece_ = piece;
    text_ = carry_;
    in_piece_ = false;
    borrowed_ = 0;
    for (MultipartValue value; next(value);) found(std::move(value));
  }

  /// Adds all parts to `parts`, files too, with views of the body.
  /// REQUIRES: called before the body, which is then fed as one piece.
  void collect_parts(std::vector<MultipartPart>& parts) { form_.all_parts = &parts; }

  /// `visitor` sees all bytes as they are read, and outlives the scanner. REQUIRES: called before
  /// the body.
  void visit_all(MultipartVisitor& visitor) { form_.visitor = &visitor; }

  [[nodiscard]] State state() const { return state_; }
  /// Why it is broken: a sentence for the client.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  enum class Within : std::uint8_t { preamble, delimiter_line, headers, content, epilogue };
  enum class Step : std::uint8_t { moved, found, needs_more };
  /// The bytes allowed in a part without a file name.
  enum class Text : std::uint8_t { utf8, ascii };

  /// The form, as the caller describes it.
  struct Form {
    std::vector<MultipartPart>* all_parts = nullptr;  // the body is whole, and all are wanted
    MultipartVisitor* visitor = nullptr;              // null: nobody sees the bytes
    std::string delimiter = {};                       // with its leading dashes
    std::span<const std::string_view> names;
    std::size_t max_value_bytes;
    Text default_text;  // for a part whose headers do not declare one
  };

  /// The part being read.
  struct Part {
    std::size_t header_bytes = 0;
    unsigned headers = 0;  // the recognized ones seen, as bits
    std::optional<std::string> name = {};
    bool has_file_name = false;
    std::string file_name = {};  // kept for Form::all_parts alone
    bool may_be_field = true;    // according to its Content-Type
    Text text = Text::utf8;
    std::optional<std::uint64_t> length = {};  // announced by its headers
    std::uint64_t length_begin = 0;            // offset of its digits
    std::uint64_t length_end = 0;
    std::uint64_t begin = 0;  // offset of its content
    Utf8Checker checker = {};
    bool wanted = false;  // a field whose name is in the list
  };

  bool next(MultipartValue& value);
  bool read_on();
  Step take_preamble();
  Step take_delimiter_line();
  Step take_header();
  Step take_content(MultipartValue& value);
  Step take_epilogue();

  bool note_header(std::string_view line);
  bool note_disposition(std::string_view text);
  bool note_type(std::string_view text);
  bool note_length(std::string_view text);
  bool start_content();
  bool check_name(std::string_view name);
  bool keep_content(std::size_t length);
  bool end_content();
  void report_part();
  void consume(std::size_t length);
  void advance(std::size_t length) {
    text_.remove_prefix(length);
    offset_ += length;
  }
  [[nodiscard]] bool shows_file() const { return form_.visitor != nullptr && part_.has_file_name; }
  /// `problem`: of a visitor, if it has one.
  bool accept(std::string problem) { return problem.empty() || refuse(std::move(problem)); }
  bool refuse(std::string problem);
  Step break_off(std::string problem);

  Form form_;

  std::string carry_;         // bytes of earlier pieces that are still undecided
  std::string_view piece_;    // being fed
  std::size_t borrowed_ = 0;  // bytes of piece_ that are also at the end of carry_
  std::string_view text_;     // being read: the end of carry_, or of piece_
  bool in_piece_ = false;     // text_ is in piece_
  std::uint64_t offset_ = 0;  // of text_

  State state_ = State::more;
  Within within_ = Within::preamble;
  std::string problem_;
  std::size_t parts_ = 0;
  unsigned seen_ = 0;  // bit i: a field named Form::names[i] has begun
  Part part_;
  MultipartValue value_;
};

}  // namespace weir::codec
