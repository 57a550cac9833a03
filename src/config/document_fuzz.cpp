#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/document.hpp"
#include "config/text_check.hpp"
#include "config/units.hpp"

/// Whatever a config file holds, it is read or refused with one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_timestamp(text));
  static_cast<void>(parse_duration(text));
  static_cast<void>(is_http_url(text));
  static_cast<void>(is_endpoint(text));
  if (const auto root = parse_document(text)) {
    static_cast<void>(find_deepest(*root, text));
    static_cast<void>(format_document(*root));
  } else if (format_problem(root.error()).contains('\n')) {
    __builtin_trap();
  }
  return 0;
}
