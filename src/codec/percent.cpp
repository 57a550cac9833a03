#include "codec/percent.hpp"

#include <fmt/format.h>

#include "codec/hex.hpp"

namespace weir::codec {
namespace {

constexpr std::size_t kEscapeLength = 3;

// The byte encoded by `escape` ("%2F"), or -1.
int escaped_byte(std::string_view escape) {
  if (escape.size() < kEscapeLength) return -1;
  const int high = hex_digit(escape[1]);
  const int low = hex_digit(escape[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int byte = escaped_byte(text.substr(i, kEscapeLength));
      if (byte <= 0) {
        return fail(Errc::malformed_request, fmt::format("invalid percent-encoding at byte {}", i));
      }
      out.push_back(static_cast<char>(byte));
      i += kEscapeLength - 1;
    } else {
      out.push_back(text[i] == '+' && plus == Plus::space ? ' ' : text[i]);
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace weir::codec
