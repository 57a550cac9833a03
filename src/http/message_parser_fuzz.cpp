// Untrusted bytes as a connection reads them: heads, bodies and what follows them. However the
// bytes are cut, the same requests are found, or the same refusal.
//
// Input: a byte that seeds the cuts; then the connection's bytes.
// Covers: http/message_parser.cpp http/request.cpp http/detail/*.cpp
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/memory_for_test.hpp"
#include "base/pieces_for_test.hpp"
#include "http/message_parser.hpp"

namespace {

using weir::Errc;
using weir::Pieces;
using weir::http::MessageParser;
using weir::http::Request;

constexpr weir::http::HeadLimits kLimits{
    .request_line_bytes = 128, .header_bytes = 512, .fields = 8};
constexpr std::size_t kMaxHeadBytes = 128 + 512 + 2;
constexpr std::size_t kMaxChunkHeadBytes = 4096;  // as client_stream.cpp

struct Message {
  std::string head;  ///< everything read of it
  std::string payload;
  bool operator==(const Message&) const = default;
};

struct Outcome {
  std::vector<Message> messages;  ///< the last of them may be refused or incomplete
  std::optional<Errc> refusal;
  std::size_t taken = 0;  ///< bytes of complete messages
  bool operator==(const Outcome&) const = default;
};

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// Checks the invariants that code behind the parser relies on.
void check_request(const Request& request, std::string_view head) {
  using weir::http::FieldName;
  CHECK(request.fields.size() <= kLimits.fields);
  CHECK(lies_in(request.target, head) && lies_in(request.query, head));
  CHECK(request.path == "*" || request.path.starts_with('/'));
  CHECK(request.minor_version == 0 || request.minor_version == 1);
  CHECK(request.count(FieldName::host) == 1 || request.minor_version == 0);
  const int lengths = request.count(FieldName::content_length);
  const int codings = request.count(FieldName::transfer_encoding);
  CHECK(lengths + codings <= 1);
  CHECK(request.content_length.has_value() == (lengths == 1));
  CHECK(request.has_body == (codings == 1 || request.content_length.value_or(0) > 0));
  for (const auto& field : request.fields) {
    CHECK(!field.name.empty() && lies_in(field.name, head) && lies_in(field.value, head));
    CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    CHECK(!field.value.starts_with(' ') && !field.value.ends_with(' '));
  }
}

std::string describe(const Request& request) {
  std::string text(wire_name(request.method));
  for (const auto part : {request.target, request.path, request.query}) {
    text += '\n';
    text += part;
  }
  text += "\n1." + std::to_string(request.minor_version);
  if (request.keep_alive) text += " keep-alive";
  if (request.expects_continue) text += " expects";
  if (request.content_length) text += " length=" + std::to_string(*request.content_length);
  for (const auto& field : request.fields) {
    text.append("\n").append(field.name).append(":").append(field.value);
  }
  return text;
}

// One connection, read as in client_stream.cpp.
class Connection {
 public:
  // Returns true if more bytes are welcome.
  bool take(std::string_view piece) {
    waiting_ += piece;
    while (!outcome_.refusal && (in_body_ ? read_body() : read_head())) {
    }
    return !outcome_.refusal.has_value();
  }
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }

 private:
  bool refuse(Errc why) {
    outcome_.refusal = why;
    return false;
  }

  bool read_head() {
    const auto size = parser_.find_head(waiting_);
    if (!size) return refuse(size.error().code);
    CHECK(*size <= waiting_.size() && *size <= kMaxHeadBytes);
    if (*size == 0) {
      CHECK(waiting_.size() <= kMaxHeadBytes);
      return false;
    }
    head_ = waiting_.substr(0, *size);
    waiting_.erase(0, *size);
    if (auto parsed = parser_.parse_head(head_); !parsed) return refuse(parsed.error().code);
    check_request(parser_.request(), head_);
    outcome_.messages.push_back({describe(parser_.request()), {}});
    in_body_ = true;
    message_bytes_ = head_.size();
    if (!parser_.request().has_body) end_message();
    return true;
  }

  bool read_body() {
    auto& payload = outcome_.messages.back().payload;
    const auto before = payload.size();
    const auto taken = parser_.feed_body(waiting_, payload);
    CHECK(payload.size() - before <= waiting_.size());
    if (!taken) return refuse(taken.error().code);
    CHECK(*taken <= waiting_.size());
    waiting_.erase(0, *taken);
    message_bytes_ += *taken;
    if (const auto length = parser_.request().content_length) {
      CHECK(payload.size() <= *length && parser_.done() == (payload.size() == *length));
    }
    if (!parser_.done()) {
      return waiting_.size() > kMaxChunkHeadBytes && refuse(Errc::malformed_request);
    }
    end_message();
    return true;
  }

  void end_message() {
    outcome_.taken += message_bytes_;
    in_body_ = false;
    parser_.reset();
  }

  MessageParser parser_{kLimits};
  std::string waiting_;
  std::string head_;
  bool in_body_ = false;
  std::size_t message_bytes_ = 0;
  Outcome outcome_;
};

Outcome read(std::string_view bytes, Pieces pieces) {
  Connection connection;
  while (!bytes.empty() && connection.take(pieces.take(bytes))) {
  }
  return connection.outcome();
}

// The memory for a head is proportional to its size, whatever it contains.
void check_memory(std::string_view bytes) {
  const weir::PeakMemory memory;
  MessageParser parser({});
  const auto size = parser.find_head(bytes);
  if (size && *size > 0) static_cast<void>(parser.parse_head(bytes.substr(0, *size)));
  memory.check_against(bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_memory(bytes);
  const auto whole = read(bytes, Pieces::whole());
  CHECK(whole.taken <= bytes.size());
  CHECK(read(bytes, Pieces::of(1)) == whole);
  CHECK(read(bytes, Pieces::random(data[0])) == whole);
  return 0;
}
