#include "gateway/prompt_estimate.hpp"

#include <algorithm>

#include "dialect/prompt_scan.hpp"

namespace weir::gateway {

limit::WeighedText weigh_body(std::string_view body) {
  const auto weight = dialect::weigh_prompt(body);
  return {.weight = weight.text, .parts = weight.messages, .ids = weight.token_ids};
}

std::int64_t estimate_tokens(const limit::WeighedText& text, std::string_view model,
                             const limit::TokenForecast& forecast) {
  return std::max<std::int64_t>(forecast.prompt_tokens(model, text), 1);
}

}  // namespace weir::gateway
