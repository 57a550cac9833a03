#include "base/secret.hpp"

#include <cstdint>
#include <cstring>

namespace weir {

void wipe(std::string& text) {
  text.resize(text.capacity());
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

Secret::~Secret() { wipe(text_); }

// By words: OpenSSL's CRYPTO_memcmp takes a byte at a time, which for the comparisons of one call
// makes fifteen times as many instructions.
bool same_bytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  std::uint64_t difference = 0;
  const auto add = [&](std::size_t at, std::size_t size) {
    std::uint64_t word_of_a = 0;
    std::uint64_t word_of_b = 0;
    std::memcpy(&word_of_a, a.data() + at, size);
    std::memcpy(&word_of_b, b.data() + at, size);
    difference |= word_of_a ^ word_of_b;
    // Without knowledge of the sum so far, the compiler cannot leave the loop early.
    asm volatile("" : "+r"(difference));
  };
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::size_t at = 0;
  for (; a.size() - at >= kWord; at += kWord) add(at, kWord);
  for (; at < a.size(); ++at) add(at, 1);
  return difference == 0;
}

bool same_secret(std::string_view text, const Secret& secret) {
  return same_bytes(text, secret.reveal());
}

}  // namespace weir
