/// A request's instructions to the simulator itself: pace, length, faults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "simulator/detail/fields.hpp"
#include "simulator/script.hpp"

namespace weir::simulator::detail {

/// The member `simulator` of a body; described in simulator/engine.hpp.
struct Directive {
  std::optional<std::chrono::milliseconds> delay;
  std::optional<int> status;
  std::optional<std::int64_t> retry_after_s;
  std::optional<std::size_t> cut_after_events;
  std::optional<std::size_t> stall_after_events;
  std::optional<std::int64_t> tokens;
  std::optional<std::chrono::milliseconds> token;
};

/// In a form the member is text that contains JSON.
[[nodiscard]] Outcome<Directive> read_directive(const Fields& fields);

/// Applies the directive to `script`, except length, pace and status.
[[nodiscard]] Script apply(const Directive& directive, Script script);

}  // namespace weir::simulator::detail
