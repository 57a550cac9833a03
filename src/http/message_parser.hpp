/// Parses bytes into a checked Request by a gateway's rules: input that two readers could
/// understand differently is refused, even where RFC 9112 would let a server guess.
///
/// A head is parsed only once it is complete, and a chunked body byte by byte, so the result does
/// not depend on how the bytes are split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/chunk_decoder.hpp"
#include "http/detail/head_scan.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Bounds on a head, beyond which the answer is 414 or 431, and on the overhead of a chunked body,
/// beyond which it is 400.
struct HeadLimits {
  std::size_t request_line_bytes = 8 << 10;
  std::size_t header_bytes = 32 << 10;
  std::size_t fields = 100;
  std::size_t chunk_overhead_bytes = 4 << 10;
};

/// Parses one message at a time: `find_head`, `parse_head`, then `feed_body` until `done`, then
/// `reset`.
///
/// Threads: one. Lifetime: the request's views point into the bytes given to parse_head.
class MessageParser {
 public:
  explicit MessageParser(HeadLimits limits);
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// Length of the complete head at the start of `bytes`, including an empty line before it, or 0
  /// if more is needed: call again with the same bytes and more. Errors: uri_too_long,
  /// not_implemented for a method of that length, header_too_large, malformed_request.
  [[nodiscard]] Result<std::size_t> find_head(std::string_view bytes);

  /// Parses a complete head, as found by find_head.
  /// Errors: malformed_request, not_implemented, version_not_supported, expectation_failed,
  /// header_too_large, method_not_allowed for CONNECT.
  [[nodiscard]] Result<> parse_head(std::string_view head);

  /// Consumes body bytes and appends their payload to `payload`; returns how many it consumed: all,
  /// or up to the end of the body. The caller bounds the size of the body.
  /// Errors: malformed_request.
  [[nodiscard]] Result<std::size_t> feed_body(std::string_view bytes, std::string& payload);

  /// True if the message is complete.
  [[nodiscard]] bool done() const;

  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] const Request& request() const { return request_; }

  void reset();

 private:
  [[nodiscard]] Result<> read_fields(std::string_view lines);
  [[nodiscard]] Result<> read_framing();

  HeadLimits limits_;
  detail::HeadScan scan_;
  ChunkDecoder chunks_;
  std::uint64_t body_left_ = 0;  ///< of a body whose length is known
  bool framing_is_plain_ = true;
  Request request_;
};

}  // namespace weir::http
