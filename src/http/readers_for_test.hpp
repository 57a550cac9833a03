/// Drives the parsers as connections do, for tests and fuzzers that feed the same bytes in
/// different pieces.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "http/message_parser.hpp"
#include "http/response_parser.hpp"
#include "http/rfc_vectors_for_test.hpp"

namespace weir::http {

// Everything a parser made of the bytes, as text, so that two runs can be compared.
inline std::string verdict_of(const Expected& expected) {
  switch (expected.kind) {
    case Expected::Kind::taken:
      return "taken, payload: " + expected.payload;
    case Expected::Kind::refused:
      return fmt::format("refused: {}", describe(expected.code).slug);
    case Expected::Kind::waiting:
      return "waiting";
  }
  __builtin_unreachable();
}

struct Made {
  Expected of;
  std::string rest;  // of the head, and of the bytes behind it
  bool operator==(const Made& other) const {
    return verdict_of(of) == verdict_of(other.of) && rest == other.rest;
  }
  friend void PrintTo(const Made& made, std::ostream* out) {
    *out << verdict_of(made.of) << " | " << made.rest;
  }
};

inline std::string text_of(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) text += fmt::format("{}={};", field.name, field.value);
  return text;
}

// Reads requests as a server's connection does.
class RequestProbe {
 public:
  static constexpr const char* kOf = "request";

  void feed(std::string_view piece) {
    if (made_) return;
    bytes_ += piece;
    if (head_ == 0 && !read_head()) return;
    const auto taken = parser_.feed_body(std::string_view(bytes_).substr(at_), payload_);
    if (!taken) return refuse(taken.error());
    at_ += *taken;
  }
  Made made() {
    if (made_) return {*made_, {}};
    if (head_ == 0) return {waiting(), {}};
    const Request& request = parser_.request();
    const auto head = fmt::format("{} {} {} {} {} {} {}", wire_name(request.method), request.target,
                                  request.path, request.query, request.minor_version,
                                  request.keep_alive, text_of(request.fields));
    if (!parser_.done()) return {waiting(), head};
    return {taken(payload_), head + bytes_.substr(at_)};
  }

 private:
  bool read_head() {
    const auto size = parser_.find_head(bytes_);
    if (!size) refuse(size.error());
    if (!size || *size == 0) return false;
    head_ = at_ = *size;
    // The request's views must not move with the buffer.
    head_bytes_ = bytes_.substr(0, head_);
    if (auto parsed = parser_.parse_head(head_bytes_); !parsed) refuse(parsed.error());
    return !made_;
  }
  void refuse(const Error& error) { made_ = refused(error.code); }

  MessageParser parser_{{.chunk_overhead_bytes = kChunkOverheadForTest}};
  std::string bytes_;
  std::string head_bytes_;
  std::size_t head_ = 0;
  std::size_t at_ = 0;
  std::string payload_;
  std::optional<Expected> made_;
};

// Reads answers as a connection to an upstream does.
class AnswerReader {
 public:
  static constexpr const char* kOf = "answer";

  void feed(std::string_view piece) {
    if (made_) return;
    if (head_ > 0) return unframe(piece);
    bytes_ += piece;
    const auto size = parser_.find_head(bytes_);
    if (!size) return refuse(size.error());
    if (*size == 0) return;
    head_ = *size;
    if (auto parsed = parser_.parse_head(std::string_view(bytes_).substr(0, head_)); !parsed) {
      return refuse(parsed.error());
    }
    unframe(std::string_view(bytes_).substr(head_));
  }
  Made made() {
    if (made_) return {*made_, {}};
    if (head_ == 0) return {waiting(), {}};
    const ResponseHead& head = parser_.head();
    const auto text = fmt::format("{} {} {} {}", head.status, head.keep_alive, text_of(head.fields),
                                  parser_.has_surplus());
    return parser_.done() ? Made{taken(payload_), text} : Made{waiting(), text + payload_};
  }

 private:
  void unframe(std::string_view piece) {
    const auto payload = parser_.unframe(piece);
    if (!payload) return refuse(payload.error());
    payload_ += *payload;
  }
  void refuse(const Error& error) { made_ = refused(error.code); }

  ResponseParser parser_{64 << 10};
  std::string bytes_;
  std::size_t head_ = 0;
  std::string payload_;
  std::optional<Expected> made_;
};

}  // namespace weir::http
