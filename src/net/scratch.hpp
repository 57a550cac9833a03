/// Room for bytes on their way through: one buffer per thread, so that a connection that waits
/// holds none.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace weir::net {

inline constexpr std::size_t kScratchBytes = 64 << 10;

/// Valid until the next suspension of the coroutine that uses it: another on this thread may then.
[[nodiscard]] inline std::span<char> scratch() {
  thread_local std::array<char, kScratchBytes> bytes;
  return bytes;
}

}  // namespace weir::net
