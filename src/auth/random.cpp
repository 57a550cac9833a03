#include "auth/random.hpp"

#include <array>
#include <cstring>
#include <unistd.h>

#include "auth/key_text.hpp"
#include "base/check.hpp"

namespace weir::auth {

void system_random(std::span<std::byte> bytes) {
  CHECK(::getentropy(bytes.data(), bytes.size()) == 0);
}

void append_base62(std::string& to, std::size_t count, const RandomSource& random) {
  // The largest multiple of 62 in a byte: larger values would make some characters likelier.
  constexpr unsigned kFair = 248;
  std::array<std::byte, 64> pool{};
  while (count > 0) {
    random(pool);
    for (const std::byte byte : pool) {
      const auto value = std::to_integer<unsigned>(byte);
      if (value >= kFair || count == 0) continue;
      to.push_back(kBase62[value % kBase62.size()]);
      --count;
    }
  }
  ::explicit_bzero(pool.data(), pool.size());
}

}  // namespace weir::auth
