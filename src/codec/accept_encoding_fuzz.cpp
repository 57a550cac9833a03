#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "codec/accept_encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::codec::AcceptEncoding;
  using weir::codec::Coding;
  const std::string_view field(reinterpret_cast<const char*>(data), size);

  const auto accepted = AcceptEncoding::parse(field);
  static_cast<void>(accepted.choose({Coding::gzip, Coding::br, Coding::zstd}));
  const auto chosen = accepted.choose({Coding::gzip});
  CHECK(chosen == Coding::gzip || chosen == Coding::identity);
  CHECK(accepted.choose({}) == Coding::identity);
  return 0;
}
