/// One buffer per thread for bytes in transit, so that a waiting connection holds none.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace weir::net {

inline constexpr std::size_t kScratchBytes = 64 << 10;

/// Valid until the calling coroutine suspends: another one on this thread may then use it.
[[nodiscard]] inline std::span<char> scratch() {
  thread_local std::array<char, kScratchBytes> bytes;
  return bytes;
}

}  // namespace weir::net
