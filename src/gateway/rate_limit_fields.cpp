#include "gateway/rate_limit_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codec/json_text.hpp"

namespace weir::gateway {
namespace {

// Without fmt, which would make these lines a tenth of a call's cost.
void put_line(std::string& fields, std::string_view name, std::int64_t number,
              std::string_view end) {
  fields.append(name);
  codec::append_json_integer(fields, number);
  fields += end;
}

}  // namespace

std::string rate_limited_message(const limit::Refusal& refusal) {
  const bool is_for_ever = refusal.retry_after == limit::Admission::kNever;
  return fmt::format("Request was rejected due to rate limiting. Details:{} limit reached.{}",
                     limit::short_name(refusal.by),
                     is_for_ever ? " This request alone exceeds the limit." : "");
}

std::optional<std::chrono::seconds> retry_after(const limit::Refusal& refusal) {
  if (refusal.retry_after == limit::Admission::kNever) return std::nullopt;
  return std::max(std::chrono::seconds(1),
                  std::chrono::ceil<std::chrono::seconds>(refusal.retry_after));
}

void put_quota(std::string& fields, const QuotaNames& names, const limit::Quota& quota) {
  if (quota.limit == 0) return;
  const auto reset = std::chrono::ceil<std::chrono::seconds>(quota.reset).count();
  put_line(fields, names.limit, quota.limit, "\r\n");
  put_line(fields, names.remaining, quota.remaining, "\r\n");
  put_line(fields, names.reset, reset, "s\r\n");
}

void put_standing(std::string& fields, const limit::Standing& standing) {
  put_quota(fields, kRequestQuota, standing.requests);
  put_quota(fields, kTokenQuota, standing.tokens);
}

}  // namespace weir::gateway
