/// `weir keys set` and `weir keys show`: the limits of a key, and how much of them is in use.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line/command_result.hpp"
#include "app/lifecycle/settings.hpp"
#include "base/result.hpp"
#include "limit/limits.hpp"
#include "store/limit_change.hpp"

namespace weir::app {

/// The options of `weir keys set` as they were given.
struct LimitTexts {
  std::array<std::string, limit::kDimensionCount> limits = {};  ///< empty: not given
  std::vector<std::string> model_limits = {};                   ///< empty: not given
  bool unlimited = false;
};

/// "600", or "unlimited"; for models "none", or as parse_model_limits. Errors: invalid_parameter,
/// also if nothing is given.
[[nodiscard]] Result<store::LimitChange> parse_limit_change(const LimitTexts& texts);

[[nodiscard]] Output set_key_limits(const Settings& settings, const std::string& name_or_id,
                                    const LimitTexts& texts);

/// Reads the file that servers on the store count in, so it is the same whether one runs.
[[nodiscard]] Output show_key(const Settings& settings, const std::string& name_or_id, bool json);

}  // namespace weir::app
