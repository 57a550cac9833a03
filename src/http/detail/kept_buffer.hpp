/// A buffer that is kept from one exchange to the next.
#pragma once

#include <cstddef>
#include <string>

namespace weir::http::detail {

/// Empties `buffer`. Keeps its memory, unless an unusually large message has passed.
inline void make_empty(std::string& buffer) {
  constexpr std::size_t kKeptBytes = 16384;
  buffer.clear();
  if (buffer.capacity() > kKeptBytes) buffer.shrink_to_fit();
}

}  // namespace weir::http::detail
