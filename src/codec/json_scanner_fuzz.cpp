#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"

namespace {

using weir::codec::JsonScanner;
using weir::codec::JsonValue;

constexpr weir::codec::MemberPaths kMembers = {{"model", "usage", "usage.total", "a.b.c"}};
constexpr std::size_t kMaxValueBytes = 32;

std::vector<std::string> scan(std::string_view text, std::size_t piece_bytes,
                              JsonScanner::State& state, JsonScanner::Check check) {
  std::vector<std::string> found;
  JsonScanner scanner(kMembers, kMaxValueBytes, JsonScanner::kMaxDepth, check);
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    scanner.feed(text.substr(at, piece_bytes), [&](const JsonValue& value) {
      CHECK(value.member < std::size(kMembers));
      CHECK(value.begin < value.end && value.end <= text.size());
      const auto place = text.substr(value.begin, value.end - value.begin);
      CHECK(value.text == (value.too_long ? "" : place));
      if (check == JsonScanner::Check::everything && place.starts_with('"')) {
        CHECK(weir::codec::parse_json_string(place));
      }
      found.push_back(std::to_string(value.member) + ":" + std::string(place));
    });
    CHECK(scanner.unfinished() <= kMaxValueBytes);
  }
  state = scanner.state();
  return found;
}

}  // namespace

// The same values are found however the text is cut, and a decoded string encodes to an equal one.
// Covers: codec/json_scanner.cpp codec/json_value.cpp codec/json_grammar.cpp codec/json_text.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto check : {JsonScanner::Check::structure, JsonScanner::Check::everything}) {
    JsonScanner::State whole_state{};
    const auto whole = scan(input, size + 1, whole_state, check);
    for (std::size_t piece_bytes : {1U, 3U, 17U}) {
      JsonScanner::State state{};
      CHECK(scan(input, piece_bytes, state, check) == whole);
      CHECK(state == whole_state);
    }
  }

  if (const auto text = weir::codec::parse_json_string(input)) {
    std::string raw;
    weir::codec::append_json_string(raw, *text);
    CHECK(weir::codec::parse_json_string(raw) == text);
  }
  static_cast<void>(weir::codec::parse_json_integer(input));
  return 0;
}
