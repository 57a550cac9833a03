// Prints how Weir reads a body, for tests that compare it with other readers.
//
// Reads lines: `form <Content-Type> <body>` or `json <body>`, bytes in hexadecimal and `-` for
// none. Answers each with a line of JSON: {"refused": why} or what was read, texts in hexadecimal.
#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "codec/hex.hpp"
#include "codec/json_text.hpp"
#include "codec/multipart.hpp"
#include "gateway/call_request.hpp"

namespace {

using namespace weir;

constexpr std::array<std::string_view, 3> kFields = {"model", "n", "batch_size"};
constexpr std::size_t kMaxFieldBytes = 1024;

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    bytes +=
        static_cast<char>(codec::hex_digit(digits[at]) * 16 + codec::hex_digit(digits[at + 1]));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += {kDigits[byte / 16], kDigits[byte % 16]};
  }
  return digits;
}

std::string refusal(std::string_view why) {
  std::string line;
  codec::JsonWriter(line).begin_object().key("refused").value(why).end_object();
  return line;
}

// Feeds pieces of an odd length, as a network does.
std::string read_form(std::string_view content_type, std::string_view body) {
  const auto boundary = codec::multipart_boundary(content_type);
  if (!boundary) return refusal("Content-Type");
  codec::MultipartScanner scanner(*boundary, kFields, kMaxFieldBytes,
                                  codec::multipart_is_ascii(content_type));
  std::string line;
  codec::JsonWriter json(line);
  json.begin_object();
  constexpr std::size_t kPieceBytes = 97;
  for (std::size_t at = 0; at < body.size(); at += kPieceBytes) {
    scanner.feed(body.substr(at, kPieceBytes), [&](const codec::MultipartValue& found) {
      json.key(kFields[found.name]).value(to_hex(found.value));
    });
  }
  json.end_object();
  if (scanner.state() == codec::MultipartScanner::State::broken) return refusal(scanner.problem());
  if (scanner.state() == codec::MultipartScanner::State::more) return refusal("no end");
  return line;
}

std::string read_json(std::string_view body) {
  const auto request = gateway::read_json_request(body, catalogue::Endpoint::chat_completions);
  if (!request) return refusal(request.error().detail);
  std::string line;
  codec::JsonWriter(line)
      .begin_object()
      .key("model")
      .value(to_hex(request->model))
      .key("stream")
      .value(request->streamed)
      .end_object();
  return line;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string first;
    std::string second;
    words >> kind >> first >> second;
    std::cout << (kind == "form" ? read_form(from_hex(first), from_hex(second))
                                 : read_json(from_hex(first)))
              << '\n';
  }
}
