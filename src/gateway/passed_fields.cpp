#include "gateway/passed_fields.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/enum_table.hpp"

namespace weir::gateway {
namespace {

using dialect::Family;
using enum http::FieldName;

// Sources: the references of OpenAI's and Anthropic's APIs ("Authentication", "Beta headers",
// "Idempotent requests"); session-id and x-session-affinity are what Codex and opencode send for
// engines that keep a conversation's cache; W3C Trace Context for traceparent.
constexpr http::FieldNames kAny{idempotency_key, session_id, traceparent, x_session_affinity};
constexpr http::FieldNames kAnthropic{anthropic_beta, anthropic_version};
constexpr http::FieldNames kOpenai{openai_beta, openai_organization, openai_project};

constexpr http::FieldNames operator|(http::FieldNames a, http::FieldNames b) {
  a.insert(b);
  return a;
}

constexpr EnumTable<Family, http::FieldNames> kPassed({
    // Anthropic and OpenRouter read their fields at OpenAI's paths too.
    {Family::openai, kAny | kOpenai | kAnthropic},
    {Family::responses, kAny | kOpenai},
    {Family::anthropic, kAny | kAnthropic},
    {Family::siliconflow, kAny},
});

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    if (same_ignoring_case(item, token)) return true;
  }
  return false;
}

bool is_for_this_hop(const http::Request& request, std::string_view name) {
  return std::ranges::any_of(request.fields, [&](const http::Field& field) {
    return equals_ignoring_case(field.name, "connection") && has_token(field.value, name);
  });
}

}  // namespace

bool wants_beta(std::string_view query, Family family) {
  constexpr std::string_view kBeta = "beta=true";
  if (family != Family::anthropic) return false;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (query.substr(0, end) == kBeta) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

void append_passed_fields(std::string& head, const http::Request& request, Family family) {
  const auto passed = kPassed[family];
  if (!request.names().intersects(passed)) return;
  for (const http::Field& field : request.fields) {
    const auto name = http::field_name(field.name);
    if (!name || !passed.contains(*name) || field.value.empty()) continue;
    if (is_for_this_hop(request, field.name)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

}  // namespace weir::gateway
