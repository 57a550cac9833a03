/// Reads one request from the bytes of a connection, without I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message_parser.hpp"

namespace weir::http {

/// `receive` and `try_head` until the head is complete; then its body: what arrived with the head
/// by `take_received`, later pieces by `unframe`.
///
/// Threads:  one.
/// Lifetime: the request's views are valid until `next` or `reset`, those of a body's pieces
///           until the next call.
class RequestReader {
 public:
  /// `max_body_bytes`: unless `limit_body` sets another bound.
  RequestReader(HeadLimits limits, std::uint64_t max_body_bytes)
      : parser_(limits), max_body_bytes_(max_body_bytes) {}
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  /// Wipes the bytes received: they include the client's key.
  ~RequestReader();

  void receive(std::string_view bytes) { received_ += bytes; }
  /// True if bytes of a request have arrived.
  [[nodiscard]] bool has_bytes() const { return !received_.empty(); }
  /// Parses the head and returns true if all of it has arrived. Errors: as MessageParser.
  [[nodiscard]] Result<bool> try_head();
  [[nodiscard]] const Request& request() const { return parser_.request(); }

  /// Bounds the body from here on. Errors: payload_too_large if more is announced.
  [[nodiscard]] Result<> limit_body(std::uint64_t bytes);
  /// Errors: payload_too_large if more is announced than allowed.
  [[nodiscard]] Result<> check_announced() const;
  [[nodiscard]] bool body_done() const { return body_done_; }
  /// Payload taken so far.
  [[nodiscard]] std::uint64_t body_taken() const { return body_taken_; }
  /// Bytes of the body that are still to be taken; none: not known.
  [[nodiscard]] std::optional<std::uint64_t> body_left() const;
  /// True if the client awaits an interim response before it sends the body. Said once.
  [[nodiscard]] bool take_expectation();

  /// The whole body, if its length was given and it arrived with the head: not copied, and valid
  /// until the exchange ends. Otherwise nothing, and nothing has been consumed.
  [[nodiscard]] std::optional<std::string_view> take_body_at_hand();
  /// The part of the body that arrived with the head and was not taken yet; may be empty.
  /// Errors: as unframe.
  [[nodiscard]] Result<std::string_view> take_received();
  /// The payload of the body's next bytes: themselves, if the body's length is known. Bytes behind
  /// the body are kept for the next request.
  /// Errors: malformed_request, payload_too_large.
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);

  /// True if bytes of the next request have arrived.
  [[nodiscard]] bool has_surplus() const {
    return consumed_ < received_.size() || !behind_.empty();
  }
  /// Forgets this request. The next one begins with the surplus.
  void next();
  /// Forgets everything.
  void reset();
  /// Releases all of the request but its first line. REQUIRES: the body is done, and nobody uses
  /// the fields any more.
  void release_fields();

 private:
  MessageParser parser_;
  const std::uint64_t max_body_bytes_;
  std::string received_;  ///< starts with the head being parsed
  std::string behind_;    ///< bytes received behind a chunked body
  std::string payload_;   ///< the current piece of a chunked body
  std::size_t head_size_ = 0;
  std::size_t consumed_ = 0;  ///< bytes of `received_` used so far: head and body
  std::uint64_t body_taken_ = 0;
  std::uint64_t body_limit_ = 0;
  bool body_done_ = true;
  bool continue_sent_ = false;
};

}  // namespace weir::http
