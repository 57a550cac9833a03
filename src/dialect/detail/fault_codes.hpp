/// The codes and words by which providers name the cause of an error.
#pragma once

#include <string_view>

#include "dialect/fault.hpp"

namespace weir::dialect::detail {

/// The fault that a code, type or status word names; unknown for any other. Case is ignored.
[[nodiscard]] Fault fault_of_code(std::string_view code);
/// As fault_of_code, of a numeric code of SiliconFlow's.
[[nodiscard]] Fault fault_of_siliconflow(std::string_view number);
/// The fault that a message's wording names. `message`: as the upstream wrote it.
[[nodiscard]] Fault fault_of_wording(std::string_view message);

}  // namespace weir::dialect::detail
