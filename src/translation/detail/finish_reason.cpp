#include "translation/detail/finish_reason.hpp"

#include <algorithm>
#include <span>

namespace weir::translation::detail {
namespace {

constexpr std::string_view kCut[] = {"length", "model_length", "max_tokens",
                                     "model_context_window_exceeded"};
constexpr std::string_view kFiltered[] = {"content_filter", "sensitive"};
constexpr std::string_view kFailures[] = {
    "error", "abort", "insufficient_system_resource", "network_error", "cancelled", "timeout"};

bool is_among(std::string_view reason, std::span<const std::string_view> reasons) {
  return std::ranges::find(reasons, reason) != reasons.end();
}

}  // namespace

bool is_cut(std::string_view reason) { return is_among(reason, kCut); }
bool is_filtered(std::string_view reason) { return is_among(reason, kFiltered); }
bool is_failure(std::string_view reason) { return is_among(reason, kFailures); }

}  // namespace weir::translation::detail
