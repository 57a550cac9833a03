/// Bytes to a checked Request: Beast's parser behind the stricter rules that a gateway needs.
///
/// Beast finds the tokens; what is refused on top of it, and why, is in message_parser.cpp. A head
/// is parsed only once it is complete, so how the bytes were split can make no difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Bounds on a head; over them the answer is 414 or 431.
struct HeadLimits {
  std::size_t request_line_bytes = 8 << 10;
  std::size_t header_bytes = 32 << 10;
  std::size_t fields = 100;
};

/// One message at a time: `find_head`, `parse_head`, then `feed_body` until `done`, then `reset`.
///
/// Threads: one. Lifetime: the request's views point into the bytes given to parse_head.
class MessageParser {
 public:
  explicit MessageParser(HeadLimits limits);
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;
  ~MessageParser();

  /// Length of the complete head at the start of `bytes`, or 0 if more is needed: then call again
  /// with the same bytes and more. Errors: uri_too_long, header_too_large, malformed_request.
  [[nodiscard]] Result<std::size_t> find_head(std::string_view bytes);

  /// `head` is complete, as find_head said.
  /// Errors: malformed_request, not_implemented, version_not_supported, expectation_failed,
  ///         header_too_large.
  [[nodiscard]] Result<> parse_head(std::string_view head);

  /// Takes body bytes and appends what they carry to `payload`; returns how many it took. How many
  /// are too many is the caller's to say. Errors: malformed_request.
  [[nodiscard]] Result<std::size_t> feed_body(std::string_view bytes, std::string& payload);

  /// Whether the message is complete.
  [[nodiscard]] bool done() const;

  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] const Request& request() const { return request_; }

  void reset();

 private:
  class Beast;
  HeadLimits limits_;
  std::size_t last_line_end_ = 0;  ///< of the head, as far as it was found; 0: none yet
  std::size_t request_line_bytes_ = 0;
  Request request_;
  std::unique_ptr<Beast> beast_;
};

}  // namespace weir::http
