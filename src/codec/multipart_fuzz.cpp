#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "codec/multipart.hpp"
#include "codec/multipart_form.hpp"

namespace {

using weir::codec::MultipartScanner;
using weir::codec::MultipartValue;

constexpr std::string_view kNames[] = {"model", "n"};
constexpr std::size_t kMaxValueBytes = 32;

std::vector<std::string> scan(std::string_view body, std::size_t piece_bytes,
                              MultipartScanner::State& state) {
  std::vector<std::string> values;
  MultipartScanner scanner("b", kNames, kMaxValueBytes);
  for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
    scanner.feed(body.substr(at, piece_bytes), [&](const MultipartValue& found) {
      CHECK(found.name < std::size(kNames));
      CHECK(found.begin <= found.end && found.end <= body.size());
      const auto place = body.substr(found.begin, found.end - found.begin);
      CHECK(found.value == (found.too_long ? "" : place));
      CHECK(found.too_long == (place.size() > kMaxValueBytes));
      values.push_back(std::to_string(found.name) + ":" + std::string(place));
    });
  }
  state = scanner.state();
  CHECK((state == MultipartScanner::State::broken) == !scanner.problem().empty());
  return values;
}

}  // namespace

// Input: a body with the boundary "b". However it is cut, the same values are found.
// Covers: codec/multipart.cpp codec/multipart_type.cpp codec/detail/multipart_grammar.cpp
// Covers: codec/multipart_form.cpp codec/line_dashes.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  MultipartScanner::State whole_state{};
  const auto whole = scan(input, size + 1, whole_state);
  for (std::size_t piece_bytes : {1U, 2U, 13U, 300U}) {
    MultipartScanner::State state{};
    CHECK(scan(input, piece_bytes, state) == whole);
    CHECK(state == whole_state);
  }

  // A form read as a whole is accepted by the same grammar, whatever its names.
  const auto parts = weir::codec::parse_multipart("multipart/form-data; boundary=b", input);
  CHECK(parts || whole_state != MultipartScanner::State::complete);
  for (const auto& part : parts.value_or(std::vector<weir::codec::MultipartPart>{})) {
    CHECK(part.content.empty() || input.contains(part.content));
    CHECK(!part.name.empty());
  }

  const auto boundary = weir::codec::multipart_boundary(input);
  CHECK(!boundary || (!boundary->empty() && boundary->size() <= 70));
  return 0;
}
