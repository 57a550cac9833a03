/// Bytes of an answer to its head and its body's payload, by the rules of a gateway that must not
/// be taken in by what answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/chunk_decoder.hpp"
#include "http/detail/head_scan.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Views into the bytes given to parse_head.
struct ResponseHead {
  int status = 0;
  int minor_version = 1;
  bool keep_alive = true;
  std::optional<std::uint64_t> length;  ///< none: chunked, or until the connection closes
  std::vector<Field> fields;

  /// The first value of the field, or empty. `lower_case` is its name.
  [[nodiscard]] std::string_view header(std::string_view lower_case) const;
};

/// One answer to a request that was not HEAD: `find_head`, `parse_head`, then `unframe` until
/// `done`. Interim answers (1xx) are skipped by resetting after each.
///
/// Threads: one.
class ResponseParser {
 public:
  static constexpr std::size_t kMaxFields = 256;
  static constexpr std::size_t kMaxChunkOverheadBytes = 1 << 20;

  explicit ResponseParser(std::size_t max_head_bytes);
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Length of the complete head at the start of `bytes`, or 0 if more is needed: then call again
  /// with the same bytes and more. Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::size_t> find_head(std::string_view bytes);

  /// Errors: upstream_answer_invalid.
  [[nodiscard]] Result<> parse_head(std::string_view head);

  [[nodiscard]] const ResponseHead& head() const { return head_; }

  /// Takes the framing off: the payload in `bytes`, valid as long as they are and until another
  /// parser of this thread is called. All bytes are taken. Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);

  /// The connection has closed. Errors: upstream_broke when that was not the end.
  [[nodiscard]] Result<> end_of_stream();

  [[nodiscard]] bool done() const { return done_; }
  /// Whether more came than the answer: the connection cannot be used again.
  [[nodiscard]] bool has_surplus() const { return surplus_; }

  void reset();
  /// Gives the head's fields back. REQUIRES: nobody looks at them any more.
  void forget_fields() { std::vector<Field>().swap(head_.fields); }

 private:
  enum class Framing : std::uint8_t { none, length, chunked, until_close };

  [[nodiscard]] Result<> read_status_line(std::string_view line);
  [[nodiscard]] Result<> read_fields(std::string_view lines);
  [[nodiscard]] Result<> read_framing();
  [[nodiscard]] Result<std::string_view> unframe_chunks(std::string_view bytes);

  detail::HeadScan scan_;
  ResponseHead head_;
  std::string_view length_;  ///< of the fields, while the head is read
  std::string_view coding_;
  int lengths_ = 0;
  int codings_ = 0;
  Framing framing_ = Framing::none;
  std::uint64_t remaining_ = 0;
  bool done_ = false;
  bool surplus_ = false;
  ChunkDecoder chunks_{kMaxChunkOverheadBytes};
};

}  // namespace weir::http
