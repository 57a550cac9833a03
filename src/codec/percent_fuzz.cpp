#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/percent.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto decoded = weir::codec::percent_decode(input);
  if (decoded) {
    CHECK(decoded->size() <= input.size());
    CHECK(input.find('%') != std::string_view::npos || *decoded == input);
  }
  const auto spaced = weir::codec::percent_decode(input, weir::codec::Plus::space);
  CHECK(spaced.has_value() == decoded.has_value());
  CHECK(!spaced || spaced->size() == decoded->size());
  return 0;
}
