#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/glob.hpp"

// Input: pattern, newline, text. A text that is not a pattern matches itself, and every text
// matches the star.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto cut = input.find('\n');
  const auto pattern = input.substr(0, cut);
  const auto text = cut == std::string_view::npos ? std::string_view() : input.substr(cut + 1);

  static_cast<void>(weir::codec::glob_matches(pattern, text));
  CHECK(weir::codec::glob_matches("*", text));
  CHECK(weir::codec::is_glob(text) ||
        weir::codec::globs_overlap(pattern, text) == weir::codec::glob_matches(pattern, text));
  CHECK(weir::codec::is_glob(text) || weir::codec::glob_matches(text, text));
  return 0;
}
