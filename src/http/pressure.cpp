#include "http/pressure.hpp"

namespace weir::http {

std::string_view name(Pressure pressure) {
  switch (pressure) {
    case Pressure::none:
      return "none";
    case Pressure::shorten_idle:
      return "shorten_idle";
    case Pressure::close_idle:
      return "close_idle";
    case Pressure::refuse:
      return "refuse";
  }
  __builtin_unreachable();
}

Pressure pressure_of(std::uint64_t used_bytes, std::uint64_t limit_bytes, Pressure last) {
  if (limit_bytes == 0) return Pressure::none;
  constexpr double kMargin = 2;
  const double percent = 100 * static_cast<double>(used_bytes) / static_cast<double>(limit_bytes);
  const auto is_at = [&](Pressure step, double begins) {
    return percent >= (last >= step ? begins - kMargin : begins);
  };
  if (is_at(Pressure::refuse, 95)) return Pressure::refuse;
  if (is_at(Pressure::close_idle, 92)) return Pressure::close_idle;
  if (is_at(Pressure::shorten_idle, 85)) return Pressure::shorten_idle;
  return Pressure::none;
}

}  // namespace weir::http
