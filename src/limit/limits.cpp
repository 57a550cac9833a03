#include "limit/limits.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "codec/glob.hpp"

namespace weir::limit {

namespace {

Result<> check_each(const Limits& limits, std::string_view of) {
  for (const LimitRow& row : limit_rows()) {
    const std::int64_t value = limits.*row.member;
    if (value >= 0 && value <= row.max) continue;
    return fail(Errc::invalid_parameter,
                fmt::format("{}{} must be between 1 and {}, or 0 for unlimited, not {}", row.name,
                            of, row.max, value));
  }
  return {};
}

bool is_pattern(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !text.empty();
}

}  // namespace

const ModelLimits* entry_for(std::span<const ModelLimits> entries, std::string_view model) {
  if (codec::is_glob(model)) {
    const auto same = std::ranges::find(entries, model, &ModelLimits::models);
    if (same != entries.end()) return &*same;
  }
  const auto first = std::ranges::find_if(
      entries, [&](const ModelLimits& entry) { return codec::glob_matches(entry.models, model); });
  return first == entries.end() ? nullptr : &*first;
}

Result<> check(const Limits& limits, const std::vector<ModelLimits>& of_models) {
  if (auto valid = check_each(limits, ""); !valid) return valid;
  if (of_models.size() > kMaxModelLimits) {
    return fail(Errc::invalid_parameter,
                fmt::format("model_limits must have at most {} entries, not {}", kMaxModelLimits,
                            of_models.size()));
  }
  std::set<std::string_view> seen;
  for (const ModelLimits& entry : of_models) {
    if (!is_pattern(entry.models)) {
      return fail(Errc::invalid_parameter,
                  "a pattern in model_limits is empty or contains a control character");
    }
    if (!seen.insert(entry.models).second) {
      return fail(Errc::invalid_parameter,
                  fmt::format("model_limits has two entries for \"{}\"", entry.models));
    }
    if (auto valid = check_each(entry.limits, fmt::format(" of \"{}\"", entry.models)); !valid) {
      return valid;
    }
  }
  return {};
}

}  // namespace weir::limit
