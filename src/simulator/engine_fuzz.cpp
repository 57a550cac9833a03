#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "catalogue/endpoint.hpp"
#include "simulator/engine.hpp"

// The first byte chooses the endpoint, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto endpoints = weir::catalogue::all_endpoints();
  const auto& row = weir::catalogue::describe(endpoints[*data % endpoints.size()]);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto script = weir::simulator::answer(
      {"POST", row.path, "", "application/json", body, weir::WallTime{}}, {});
  std::size_t sent = 0;
  while (const auto step = script.body.next()) sent += step->bytes.size();
  CHECK(!script.content_length || sent <= *script.content_length);
  return 0;
}
