#include "codec/etag.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <openssl/sha.h>

#include "codec/hex.hpp"

namespace weir::codec {
namespace {

// RFC 9110 §8.8.3 etagc: no quote, no blank, no control character.
constexpr bool is_etag_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

// Removes one tag from the front of `rest` and returns it with quotes and without `W/`; empty if
// there is none.
std::string_view take_tag(std::string_view& rest) {
  if (rest.starts_with("W/")) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return {};
  std::size_t end = 1;
  while (end < rest.size() && is_etag_char(rest[end])) ++end;
  if (end == rest.size() || rest[end] != '"') return {};
  const auto tag = rest.substr(0, end + 1);
  rest.remove_prefix(end + 1);
  return tag;
}

void skip(std::string_view& rest, std::string_view characters) {
  rest.remove_prefix(std::min(rest.find_first_not_of(characters), rest.size()));
}

}  // namespace

std::array<std::uint8_t, kTagBytes> tag_bytes(std::string_view bytes) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::array<std::uint8_t, kTagBytes> tag;
  std::ranges::copy_n(digest.begin(), kTagBytes, tag.begin());
  return tag;
}

std::string strong_etag(std::string_view bytes) {
  std::string tag = "\"";
  append_hex(tag, tag_bytes(bytes));
  tag.push_back('"');
  return tag;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  constexpr std::string_view kBlanks = " \t";
  constexpr std::string_view kBetween = " \t,";
  auto rest = if_none_match;
  skip(rest, kBlanks);
  if (rest.starts_with('*')) {
    rest.remove_prefix(1);
    skip(rest, kBlanks);
    return rest.empty();
  }
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  for (;;) {
    skip(rest, kBetween);
    const auto tag = take_tag(rest);
    if (tag.empty()) return false;
    skip(rest, kBlanks);
    if (!rest.empty() && rest.front() != ',') return false;
    if (tag == etag) return true;
  }
}

}  // namespace weir::codec
