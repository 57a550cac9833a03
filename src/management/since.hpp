/// The parameter `since`.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "codec/query.hpp"
#include "management/problem.hpp"

namespace weir::management {

/// Nothing: it is not given. Errors: invalid_parameter.
[[nodiscard]] Answered<std::optional<WallTime>> parse_since(const codec::Query& query);

}  // namespace weir::management
