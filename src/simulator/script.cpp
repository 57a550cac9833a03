#include "simulator/script.hpp"

namespace weir::simulator {

std::optional<Step> Steps::next() {
  if (!handle_ || handle_.done()) return std::nullopt;
  handle_.promise().current.reset();
  handle_.resume();
  return std::exchange(handle_.promise().current, std::nullopt);
}

}  // namespace weir::simulator
