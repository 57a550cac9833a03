/// How a client is told of his limits: the sentence and the fields of a 429, and the fields of an
/// answer.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "limit/meters.hpp"

namespace weir::gateway {

/// Names the limit as the contract does: `Details:TPM limit reached.`
[[nodiscard]] std::string rate_limited_message(const limit::Refusal& refusal);

/// In whole seconds, at least one; nothing where waiting does not help.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const limit::Refusal& refusal);

/// The three x-ratelimit-* lines of `what` ("requests", "tokens"); none without a limit.
void put_quota(std::string& fields, std::string_view what, const limit::Quota& quota);

}  // namespace weir::gateway
