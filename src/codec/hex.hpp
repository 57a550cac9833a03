/// Lower-case hexadecimal.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace weir::codec {

void append_hex(std::string& out, std::span<const std::uint8_t> bytes);

/// The value of a hexadecimal digit of either case, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace weir::codec
