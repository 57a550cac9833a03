#include "gateway/request_token.hpp"

#include <array>
#include <cstdint>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace weir::gateway {
namespace {

constexpr std::string_view kPrefix = "weirreq_";
constexpr std::string_view kPurpose = "weir video request";  // of this use of the key
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// base64url without padding (RFC 4648 §5).
std::string encode(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63U];
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255U);
  }
  return bytes;
}

std::string tag_of(const Secret& key, std::string_view payload) {
  std::string message(kPurpose);
  message += '\0';
  message += payload;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto secret = key.reveal();
  ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
         &size);
  return {reinterpret_cast<const char*>(digest.data()), kTagBytes};
}

}  // namespace

std::string seal_request(const Secret& key, const RequestPlace& place) {
  std::string payload = place.upstream;
  payload.append(1, '\0').append(place.model).append(1, '\0').append(place.request_id);
  return std::string(kPrefix) + encode(tag_of(key, payload) + payload);
}

std::optional<RequestPlace> open_request(const Secret& key, std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() > kMaxTextBytes) return std::nullopt;
  const auto bytes = decode(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kTagBytes) return std::nullopt;
  // Bits that stand for nothing would make two texts of one.
  if (encode(*bytes) != text.substr(kPrefix.size())) return std::nullopt;
  const auto payload = std::string_view(*bytes).substr(kTagBytes);
  const auto tag = tag_of(key, payload);
  if (::CRYPTO_memcmp(tag.data(), bytes->data(), kTagBytes) != 0) return std::nullopt;
  const auto first = payload.find('\0');
  const auto second = payload.find('\0', first + 1);
  if (first == payload.npos || second == payload.npos) return std::nullopt;
  return RequestPlace{std::string(payload.substr(0, first)),
                      std::string(payload.substr(first + 1, second - first - 1)),
                      std::string(payload.substr(second + 1))};
}

}  // namespace weir::gateway
