/// Frames one answer into bytes to send, without I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

#include "base/clock.hpp"
#include "http/chunk.hpp"
#include "http/request.hpp"
#include "http/unsent.hpp"

namespace weir::http {

/// The head of an answer and how its end is found.
struct AnswerHead {
  int status = 200;                          ///< 101: pieces are sent as they are
  std::string_view fixed_fields = {};        ///< complete lines, each with its CRLF
  std::string_view fields = {};              ///< more such lines
  std::optional<std::uint64_t> length = {};  ///< none: known only at the end
};

/// `begin`, then `frame` for each piece of the body; after each, `wrote` how much of it was sent.
/// While something is unsent, `next` and `drop` come before the next piece.
///
/// Threads: one.
class ResponseWriter {
 public:
  static constexpr std::size_t kBuffers = 5;
  using Buffers = std::array<boost::asio::const_buffer, kBuffers>;

  /// Begins the answer to `request`. `keep_alive`: the connection could carry another exchange.
  void begin(const Request& request, const AnswerHead& head, bool keep_alive, WallTime now);
  /// The bytes for a piece of the body, with the head before the first and the end behind the last.
  /// A body that the answer may not have is left out. Valid until the next call.
  [[nodiscard]] Buffers frame(std::string_view piece, bool last);
  /// `sent` bytes of the buffers that `frame` returned are on their way; nothing: the connection is
  /// lost. The rest stays a view.
  void wrote(const Buffers& buffers, std::optional<std::size_t> sent);
  /// Copies the rest, for a caller whose piece does not live until it is sent.
  void keep_unsent() { unsent_.keep(); }
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  /// The bytes to send next. REQUIRES: has_unsent.
  [[nodiscard]] Buffers next() const { return unsent_.next(); }
  void drop(std::size_t sent) { unsent_.drop(sent); }
  /// Releases the memory of what was unsent.
  void forget_unsent() { unsent_.forget(); }

  [[nodiscard]] bool begun() const { return status_ != 0; }
  /// True if all of the answer has been sent.
  [[nodiscard]] bool ended() const { return ended_ && unsent_.empty(); }
  /// True if the client has received part of an answer that did not complete.
  [[nodiscard]] bool lacks_its_end() const { return (begun() && !ended_) || has_unsent(); }
  /// 0 before the answer has begun.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// True if the connection can carry another exchange after this answer.
  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  /// True if only the connection's end delimits the answer.
  [[nodiscard]] bool until_close() const { return framing_ == Framing::until_close; }

  /// Releases the memory of a head that was sent.
  void release_head() { std::string().swap(head_); }
  /// Forgets the answer.
  void reset();

 private:
  enum class Framing : std::uint8_t { length, chunked, until_close, no_body };

  std::string head_;
  ChunkHead chunk_head_;
  Unsent<kBuffers> unsent_;
  std::uint64_t body_bytes_ = 0;
  int status_ = 0;
  Framing framing_ = Framing::length;
  bool head_framed_ = false;
  bool last_framed_ = false;
  bool ended_ = false;
  bool keep_alive_ = false;
};

}  // namespace weir::http
