/// Parses the bytes of an answer into its head and its body's payload. Upstreams are not trusted.
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

  /// The first value of the field, or empty. `lower_case`: the field's name in lower case.
  [[nodiscard]] std::string_view header(std::string_view lower_case) const;
};

/// Parses one answer to a request other than HEAD: `find_head`, `parse_head`, then `unframe` until
/// `done`. To skip an interim answer (1xx), reset after it.
///
/// Threads: one.
class ResponseParser {
 public:
  static constexpr std::size_t kMaxFields = 256;
  static constexpr std::size_t kMaxChunkOverheadBytes = 1 << 20;

  explicit ResponseParser(std::size_t max_head_bytes);
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Length of the complete head at the start of `bytes`, or 0 if more is needed: call again with
  /// the same bytes and more. Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::size_t> find_head(std::string_view bytes);

  /// Errors: upstream_answer_invalid.
  [[nodiscard]] Result<> parse_head(std::string_view head);

  [[nodiscard]] const ResponseHead& head() const { return head_; }

  /// Removes the framing and returns the payload in `bytes`, valid as long as `bytes` are and until
  /// another parser of this thread is called. Consumes all bytes. Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);

  /// The connection has closed. Errors: upstream_broke if the answer is incomplete.
  [[nodiscard]] Result<> end_of_stream();

  [[nodiscard]] bool done() const { return done_; }
  /// True if bytes followed the answer: the connection cannot be used again.
  [[nodiscard]] bool has_surplus() const { return surplus_; }

  void reset();
  /// Copies what the head's fields view to `store`, which is to live as long as they are used.
  void keep_fields(std::string& store);
  /// Releases the head's fields. REQUIRES: nobody uses them any more.
  void forget_fields() { std::vector<Field>().swap(head_.fields); }

 private:
  enum class Framing : std::uint8_t { none, length, chunked, until_close };

  [[nodiscard]] Result<> read_status_line(std::string_view line);
  [[nodiscard]] Result<> read_fields(std::string_view lines);
  [[nodiscard]] Result<> read_framing();
  [[nodiscard]] Result<std::string_view> unframe_chunks(std::string_view bytes);

  detail::HeadScan scan_;
  ResponseHead head_;
  std::string_view length_;  ///< value of Content-Length while the head is read
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
