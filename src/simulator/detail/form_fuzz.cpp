#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "simulator/detail/form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto parts = weir::simulator::detail::parse_form("multipart/form-data; boundary=b", body);
  if (!parts) return 0;
  for (const auto& part : *parts) {
    CHECK(body.find(part.name) != body.npos);
    CHECK(part.content.data() >= body.data());
    CHECK(part.content.data() + part.content.size() <= body.data() + body.size());
  }
  return 0;
}
