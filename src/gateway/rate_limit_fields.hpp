/// A client's limits in answers: the sentence and fields of a 429, and the fields of other answers.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "limit/key_limiter.hpp"
#include "limit/meters.hpp"

namespace weir::gateway {

/// Names the limit in the imitated API's format: `Details:TPM limit reached.`
[[nodiscard]] std::string rate_limited_message(const limit::Refusal& refusal);

/// In whole seconds, at least one; nothing if waiting does not help.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const limit::Refusal& refusal);

/// Field names with their colons.
struct QuotaNames {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};
inline constexpr QuotaNames kRequestQuota{
    .limit = "x-ratelimit-limit-requests: ",
    .remaining = "x-ratelimit-remaining-requests: ",
    .reset = "x-ratelimit-reset-requests: ",
};
inline constexpr QuotaNames kTokenQuota{
    .limit = "x-ratelimit-limit-tokens: ",
    .remaining = "x-ratelimit-remaining-tokens: ",
    .reset = "x-ratelimit-reset-tokens: ",
};

/// The three lines of a quota; none without a limit.
void put_quota(std::string& fields, const QuotaNames& names, const limit::Quota& quota);

/// The x-ratelimit-* lines of an answer.
void put_standing(std::string& fields, const limit::Standing& standing);

}  // namespace weir::gateway
