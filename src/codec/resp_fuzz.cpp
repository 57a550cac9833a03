#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/resp.hpp"

// A reply is the same whether or not more bytes follow, and no part of it is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::codec::parse_resp;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = parse_resp(bytes);
  if (!read || !*read) return 0;
  const auto whole = bytes.substr(0, (*read)->size);
  const auto again = parse_resp(whole);
  CHECK(again && *again && (*again)->value == (*read)->value);
  const auto part = parse_resp(whole.substr(0, whole.size() - 1));
  CHECK(part && !*part);
  return 0;
}
