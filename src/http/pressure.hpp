/// Memory pressure: how close the process is to its memory limit, in steps that each shed
/// something.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::http {

/// Each step includes those before it. Exchanges in progress are completed.
enum class Pressure : std::uint8_t {
  none,
  shorten_idle,  ///< idle connections are kept for two seconds at most
  close_idle,    ///< idle connections are closed; every answer ends its connection
  refuse,        ///< requests are answered 503
};
[[nodiscard]] std::string_view name(Pressure pressure);

/// A step begins at 85, 92 and 95 % of the limit and ends 2 % below that, so that it does not
/// toggle with every buffer. A limit of 0 means no limit.
[[nodiscard]] Pressure pressure_of(std::uint64_t used_bytes, std::uint64_t limit_bytes,
                                   Pressure last);

}  // namespace weir::http
