// An upstream's answers: heads, interim answers, and bodies in every framing. However the bytes are
// cut, the same answer is found, or the same refusal.
//
// Input: a byte that seeds the cuts; then the connection's bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "base/memory_for_test.hpp"
#include "base/pieces_for_test.hpp"
#include "http/response_parser.hpp"

namespace {

using weir::Errc;
using weir::Pieces;
using weir::http::ResponseParser;

constexpr std::size_t kMaxHeadBytes = 512;

struct Outcome {
  std::string heads;  ///< everything read of them
  std::string payload;
  std::optional<Errc> refusal;
  bool done = false;
  bool surplus = false;
  bool sound_end = false;  ///< true if the connection may close here
};

// A refused answer's payload may be shorter when cut: a piece that contains the fault yields none.
bool same(const Outcome& cut, const Outcome& whole) {
  const bool same_payload =
      whole.refusal ? cut.payload.starts_with(whole.payload) : cut.payload == whole.payload;
  return same_payload && cut.heads == whole.heads && cut.refusal == whole.refusal &&
         cut.done == whole.done && cut.surplus == whole.surplus && cut.sound_end == whole.sound_end;
}

// Reads one answer, as server_stream.cpp does.
class Connection {
 public:
  bool take(std::string_view piece) {
    if (in_body_) return read_body(piece);
    waiting_ += piece;
    while (!outcome_.refusal && !in_body_ && read_head()) {
    }
    return !outcome_.refusal.has_value();
  }

  Outcome close() {
    outcome_.done = parser_.done();
    outcome_.surplus = parser_.has_surplus();
    outcome_.sound_end = in_body_ && !outcome_.refusal && parser_.end_of_stream().has_value();
    CHECK(!outcome_.done || outcome_.sound_end || outcome_.refusal || !in_body_);
    return outcome_;
  }

 private:
  bool refuse(Errc why) {
    CHECK(why == Errc::upstream_answer_invalid);
    outcome_.refusal = why;
    return false;
  }

  bool read_head() {
    const auto size = parser_.find_head(waiting_);
    if (!size) return refuse(size.error().code);
    CHECK(*size <= waiting_.size() && *size <= 2 * kMaxHeadBytes);  // line and fields
    if (*size == 0) return false;
    head_ = waiting_.substr(0, *size);
    waiting_.erase(0, *size);
    if (auto parsed = parser_.parse_head(head_); !parsed) return refuse(parsed.error().code);
    note_head();
    if (parser_.head().status < 200) {
      parser_.reset();
      return !waiting_.empty();
    }
    in_body_ = true;
    return read_body(std::exchange(waiting_, {}));
  }

  void note_head() {
    const auto& head = parser_.head();
    CHECK(head.status >= 100 && head.status <= 999);
    outcome_.heads += std::to_string(head.status) + (head.keep_alive ? " keep-alive" : "");
    if (head.length) outcome_.heads += " length=" + std::to_string(*head.length);
    for (const auto& field : head.fields) {
      CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
      CHECK(head.header(in_lower_case(field.name)).data() != nullptr);
      outcome_.heads.append("\n").append(field.name).append(":").append(field.value);
    }
  }

  bool read_body(std::string_view piece) {
    fed_ += piece.size();
    const auto payload = parser_.unframe(piece);
    if (!payload) return refuse(payload.error().code);
    outcome_.payload += *payload;
    CHECK(outcome_.payload.size() <= fed_);
    CHECK(outcome_.payload.size() <= parser_.head().length.value_or(fed_));
    return true;
  }

  static std::string in_lower_case(std::string_view name) {
    std::string text(name);
    std::ranges::transform(text, text.begin(), weir::lower);
    return text;
  }

  ResponseParser parser_{kMaxHeadBytes};
  std::string waiting_;
  std::string head_;
  bool in_body_ = false;
  std::size_t fed_ = 0;
  Outcome outcome_;
};

Outcome read(std::string_view bytes, Pieces pieces) {
  Connection connection;
  while (!bytes.empty() && connection.take(pieces.take(bytes))) {
  }
  return connection.close();
}

void check_memory(std::string_view bytes) {
  const weir::PeakMemory memory;
  ResponseParser parser(64U << 10U);
  const auto size = parser.find_head(bytes);
  if (size && *size > 0 && parser.parse_head(bytes.substr(0, *size))) {
    static_cast<void>(parser.unframe(bytes.substr(*size)));
  }
  memory.check_against(bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_memory(bytes);
  const auto whole = read(bytes, Pieces::whole());
  CHECK(same(read(bytes, Pieces::of(1)), whole));
  CHECK(same(read(bytes, Pieces::random(data[0])), whole));
  return 0;
}
