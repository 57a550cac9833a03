#include "codec/resp.hpp"

#include <charconv>

#include <fmt/format.h>

namespace weir::codec {
namespace {

constexpr std::string_view kEnd = "\r\n";

class Parser {
 public:
  Parser(std::string_view bytes, const RespBounds& bounds) : bytes_(bytes), bounds_(bounds) {}

  // False: incomplete, or invalid if there is a fault.
  bool read(RespValue& value, int depth) {
    if (++items_ > bounds_.items || depth > bounds_.depth)
      return fault(Errc::upstream_answer_too_large);
    const auto line = take_line();
    if (!line) return false;
    if (line->empty()) return fault(Errc::upstream_answer_invalid);
    const auto rest = line->substr(1);
    switch (line->front()) {
      case '+':
        value = {.kind = RespValue::Kind::text, .text = std::string(rest)};
        return true;
      case '-':
        value = {.kind = RespValue::Kind::error, .text = std::string(rest)};
        return true;
      case ':':
        value.kind = RespValue::Kind::integer;
        return number(rest, value.integer);
      case '$':
        return read_text(rest, value);
      case '*':
        return read_array(rest, value, depth);
      default:
        return fault(Errc::upstream_answer_invalid);
    }
  }

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::optional<Errc> problem() const { return problem_; }

 private:
  bool fault(Errc why) {
    problem_ = why;
    return false;
  }

  std::optional<std::string_view> take_line() {
    const auto end = bytes_.find(kEnd, at_);
    if (end == bytes_.npos) return std::nullopt;
    const auto line = bytes_.substr(at_, end - at_);
    at_ = end + kEnd.size();
    return line;
  }

  bool number(std::string_view text, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return true;
    return fault(Errc::upstream_answer_invalid);
  }

  bool read_text(std::string_view length, RespValue& value) {
    std::int64_t size = 0;
    if (!number(length, size)) return false;
    if (size == -1) return true;
    if (size < 0) return fault(Errc::upstream_answer_invalid);
    const auto whole = static_cast<std::size_t>(size);
    if (whole > bounds_.bytes) return fault(Errc::upstream_answer_too_large);
    if (bytes_.size() - at_ < whole + kEnd.size()) return false;
    if (bytes_.substr(at_ + whole, kEnd.size()) != kEnd) {
      return fault(Errc::upstream_answer_invalid);
    }
    value = {.kind = RespValue::Kind::text, .text = std::string(bytes_.substr(at_, whole))};
    at_ += whole + kEnd.size();
    return true;
  }

  bool read_array(std::string_view length, RespValue& value, int depth) {
    std::int64_t count = 0;
    if (!number(length, count)) return false;
    if (count == -1) return true;
    if (count < 0) return fault(Errc::upstream_answer_invalid);
    value.kind = RespValue::Kind::array;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!read(value.items.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  std::string_view bytes_;
  const RespBounds& bounds_;
  std::size_t at_ = 0;
  std::size_t items_ = 0;
  std::optional<Errc> problem_;
};

}  // namespace

Result<std::optional<RespReply>> parse_resp(std::string_view bytes, const RespBounds& bounds) {
  Parser parser(bytes, bounds);
  RespReply reply;
  if (parser.read(reply.value, 0)) {
    reply.size = parser.at();
    return reply;
  }
  if (const auto why = parser.problem()) return fail(*why, "a reply is not RESP2, or too large");
  if (bytes.size() > bounds.bytes) {
    return fail(Errc::upstream_answer_too_large, "a reply is too large");
  }
  return std::nullopt;
}

std::string format_resp(std::span<const std::string> arguments) {
  std::string text = fmt::format("*{}\r\n", arguments.size());
  for (const auto& one : arguments) text += fmt::format("${}\r\n{}\r\n", one.size(), one);
  return text;
}

}  // namespace weir::codec
