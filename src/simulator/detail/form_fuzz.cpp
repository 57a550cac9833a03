#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "simulator/detail/form.hpp"

// The first line is the content type, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::simulator::detail;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(input.find('\n'), size);
  const auto content_type = input.substr(0, line);
  const auto body = input.substr(std::min(line + 1, size));
  if (!is_form(content_type)) return 0;
  const auto parts = parse_form(content_type, body);
  if (!parts) return 0;
  for (const auto& part : *parts) {
    const auto* file = find_file(*parts, part.name);
    CHECK(file == nullptr || (file->filename && file->name == part.name));
    CHECK(body.find(part.name) != body.npos);
    CHECK(part.content.data() >= body.data());
    CHECK(part.content.data() + part.content.size() <= body.data() + body.size());
  }
  return 0;
}
