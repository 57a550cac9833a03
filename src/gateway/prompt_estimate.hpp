/// The tokens of a request by its text, where nobody counts them. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "limit/token_forecast.hpp"
#include "limit/token_scale.hpp"

namespace weir::gateway {

/// The text of a JSON body that a model reads, in any family's shape; empty if it has none.
[[nodiscard]] limit::WeighedText weigh_body(std::string_view body);

/// The tokens of such a text, as `model` is known to count them. At least one.
/// Source: docs/decisions/0046; a count that a client asks for: 0064.
[[nodiscard]] std::int64_t estimate_tokens(const limit::WeighedText& text, std::string_view model,
                                           const limit::TokenForecast& forecast);

}  // namespace weir::gateway
