/// Rows of usage one at a time.
#pragma once

#include <functional>
#include <string_view>

#include "store/usage_store.hpp"

namespace weir::store {

/// Called with each row; the texts are valid until it returns.
using VisitUsage = std::function<void(Day day, std::string_view key_id, std::string_view model,
                                      const UsageCounts& counts)>;

}  // namespace weir::store
