#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "catalogue/endpoint.hpp"
#include "simulator/engine.hpp"

// The first byte chooses the endpoint and the kind of request; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto endpoints = weir::catalogue::all_endpoints();
  const std::size_t choice = *data & 0x0F;
  std::string path = *data & 0x40 ? "/v1" : "";
  path += choice < endpoints.size() ? weir::catalogue::describe(endpoints[choice]).path : "/models";
  if (choice == 0x0F) path += "/more";
  const bool form = (*data & 0x20) != 0;
  const bool get = (*data & 0x10) != 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto script = weir::simulator::answer(
      {get ? "GET" : "POST", path, "",
       form ? "multipart/form-data; boundary=b" : "application/json", body, weir::WallTime{}},
      {});
  std::size_t sent = 0;
  while (const auto step = script.body.next()) sent += step->bytes.size();
  CHECK(!script.content_length || sent <= *script.content_length);
  return 0;
}
