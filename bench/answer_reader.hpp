/// Reads successive HTTP/1.1 answers from one connection, and checks that they are complete.
///
/// Bodies have a Content-Length or are chunked; their bytes are passed to the caller as they
/// arrive, without the framing. Any status but the expected one is a problem.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "head.hpp"
#include "number.hpp"

namespace weir::bench {

class AnswerReader {
 public:
  explicit AnswerReader(std::string_view status = "200")
      : status_line_("HTTP/1.1 " + std::string(status) + " ") {}

  /// Calls `visit(std::string_view)` for the body bytes within `bytes`, in order. Returns true once
  /// the answer is complete, or invalid: see problem(). The next call begins the next answer.
  template <class Visit>
  bool take(std::string_view bytes, Visit&& visit) {
    while (!bytes.empty() && phase_ != Phase::end) step(bytes, visit);
    if (phase_ != Phase::end) return false;
    if (problem_.empty() && !bytes.empty()) problem_ = "more bytes came than the answer has";
    phase_ = Phase::head;
    return true;
  }

  /// Empty if there is none.
  [[nodiscard]] std::string_view problem() const { return problem_; }
  /// Bytes of the last complete body, without framing.
  [[nodiscard]] std::int64_t body_bytes() const { return body_bytes_; }

 private:
  enum class Phase : std::uint8_t { head, body, chunk_size, chunk, trailer, end };

  template <class Visit>
  void step(std::string_view& bytes, Visit& visit) {
    switch (phase_) {
      case Phase::head:
        if (take_until(bytes, kHeadEnd)) begin_body();
        break;
      case Phase::body:
      case Phase::chunk:
        take_body(bytes, visit);
        break;
      case Phase::chunk_size:
        if (take_until(bytes, "\r\n")) begin_chunk();
        break;
      case Phase::trailer:
        if (take_until(bytes, "\r\n")) end_line();
        break;
      case Phase::end:
        break;
    }
  }

  // Moves bytes to line_ up to and including `end`; false if it has not arrived.
  bool take_until(std::string_view& bytes, std::string_view end) {
    const auto before = line_.size();
    line_ += bytes;
    const auto from = before < end.size() ? 0 : before - end.size() + 1;
    const auto at = line_.find(end, from);
    if (at == std::string::npos) {
      bytes = {};
      return false;
    }
    bytes.remove_prefix(at + end.size() - before);
    line_.resize(at);
    return true;
  }

  void begin_body() {
    const auto length = field(line_, "content-length");
    const auto coding = field(line_, "transfer-encoding");
    body_bytes_ = 0;
    if (!line_.starts_with(status_line_)) {
      fail("an answer is not " + status_line_ + "but " + line_.substr(0, line_.find('\r')));
    } else if (length) {
      left_ = number<std::int64_t>(*length);
      phase_ = left_ > 0 ? Phase::body : Phase::end;
    } else if (coding && same_word(*coding, "chunked")) {
      phase_ = Phase::chunk_size;
    } else {
      fail("an answer has neither Content-Length nor chunks");
    }
    line_.clear();
  }

  void begin_chunk() {
    left_ = number<std::int64_t>(std::string_view(line_).substr(0, line_.find(';')), 16);
    line_.clear();
    phase_ = left_ > 0 ? Phase::chunk : Phase::trailer;
    chunk_end_left_ = 2;
  }

  template <class Visit>
  void take_body(std::string_view& bytes, Visit& visit) {
    const auto piece = bytes.substr(0, static_cast<std::size_t>(left_));
    if (!piece.empty()) visit(piece);
    body_bytes_ += static_cast<std::int64_t>(piece.size());
    left_ -= static_cast<std::int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
    if (left_ > 0) return;
    if (phase_ == Phase::body) {
      phase_ = Phase::end;
      return;
    }
    // Consumes the line end after a chunk.
    while (chunk_end_left_ > 0 && !bytes.empty()) {
      bytes.remove_prefix(1);
      --chunk_end_left_;
    }
    if (chunk_end_left_ == 0) phase_ = Phase::chunk_size;
  }

  void end_line() {
    if (line_.empty()) phase_ = Phase::end;
    line_.clear();
  }

  void fail(std::string why) {
    problem_ = std::move(why);
    phase_ = Phase::end;
  }

  std::string status_line_;
  Phase phase_ = Phase::head;
  std::string line_;  // the head, or a line of the framing, as far as it has arrived
  std::int64_t left_ = 0;
  int chunk_end_left_ = 0;
  std::int64_t body_bytes_ = 0;
  std::string problem_;
};

}  // namespace weir::bench
