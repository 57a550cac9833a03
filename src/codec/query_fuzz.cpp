#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto query = weir::codec::Query::parse(input);
  if (!query) return 0;
  CHECK(query->parameters().size() <= weir::codec::Query::kMaxParameters);
  for (const auto& parameter : query->parameters()) CHECK(query->find(parameter.name).count > 0);
  return 0;
}
