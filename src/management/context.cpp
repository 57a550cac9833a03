#include "management/context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace weir::management {
namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::optional<Role> role_of(const State& state, std::string_view key) {
  if (!state.admin_key.empty() && same_secret(key, state.admin_key)) return Role::admin;
  if (!state.viewer_key.empty() && same_secret(key, state.viewer_key)) return Role::viewer;
  return std::nullopt;
}

std::string_view Context::field(std::string_view wanted) const {
  for (const auto& field : request().fields) {
    if (is_same_name(field.name, wanted)) return field.value;
  }
  return {};
}

std::string describe(const Caller& caller) {
  if (!caller.role) return "nobody";
  return fmt::format("{} by {}", kRoleNames[*caller.role],
                     caller.by == Credential::cookie ? "cookie" : "bearer");
}

void audit(const Context& context, const Change& change) {
  telemetry::log_info("admin change", {{"action", change.action},
                                       {"subject", change.subject},
                                       {"by", describe(context.caller)},
                                       {"peer", context.exchange.peer_text},
                                       {"trace_id", context.exchange.trace_id.text()},
                                       {"before", change.before},
                                       {"after", change.after}});
}

}  // namespace weir::management
