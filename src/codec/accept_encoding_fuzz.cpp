#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/accept_encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::codec::choose_coding;
  using weir::codec::Coding;
  const std::string_view field(reinterpret_cast<const char*>(data), size);

  static_cast<void>(choose_coding(field, {Coding::gzip, Coding::br, Coding::zstd}));
  const auto chosen = choose_coding(field, {Coding::gzip});
  CHECK(chosen == Coding::gzip || chosen == Coding::identity);
  CHECK(choose_coding(field, {}) == Coding::identity);
  return 0;
}
