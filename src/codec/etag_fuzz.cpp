#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "codec/etag.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  const bool matches = weir::codec::etag_matches(field, "\"a\"");
  if (matches)
    CHECK(field.find("\"a\"") != std::string_view::npos ||
          field.find('*') != std::string_view::npos);
  CHECK(weir::codec::etag_matches("\"a\"," + std::string(field), "\"a\""));
  return 0;
}
