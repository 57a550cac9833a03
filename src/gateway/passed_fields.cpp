#include "gateway/passed_fields.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/enum_table.hpp"
#include "codec/etag.hpp"
#include "codec/field_list.hpp"

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
    {Family::gemini, kAny},
    {Family::ollama, kAny},
});

// Those that may be given in several lines. Two values of any other would mean two things.
constexpr http::FieldNames kLists{anthropic_beta, openai_beta};

// The fields that the client's Connection names.
http::FieldNames named_by_connection(const http::Request& request) {
  http::FieldNames named;
  if (request.count(connection) == 0) return named;
  for (const http::Field& field : request.fields) {
    if (!equals_ignoring_case(field.name, "connection")) continue;
    codec::for_each_element(field.value, [&](std::string_view option) {
      if (const auto name = http::field_name(option)) named.insert(*name);
      return true;
    });
  }
  return named;
}

// All keys have one account at the upstream: the same value of two clients is not the same request.
std::string own_to(std::string_view caller, std::string_view value) {
  const auto tag = codec::strong_etag(std::string(caller).append("\n").append(value));
  return tag.substr(1, tag.size() - 2);
}

}  // namespace

bool wants_beta(std::string_view query, Family family) {
  const auto beta = dialect::beta_query(family);
  if (beta.empty()) return false;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (query.substr(0, end) == beta) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

http::FieldNames passed_fields(Family family) { return kPassed[family]; }

http::FieldNames passed_fields_of_any() { return kAny; }

void append_passed_fields(std::string& head, const http::Request& request, http::FieldNames passed,
                          std::string_view caller) {
  if (!request.names().intersects(passed)) return;
  const auto ends_here = named_by_connection(request);
  for (const http::Field& field : request.fields) {
    const auto name = http::field_name(field.name);
    if (!name || !passed.contains(*name) || ends_here.contains(*name)) continue;
    if (field.value.empty() || (!kLists.contains(*name) && request.count(*name) > 1)) continue;
    head.append(field.name).append(": ");
    if (*name == idempotency_key) {
      head += own_to(caller, field.value);
    } else {
      head += field.value;
    }
    head += "\r\n";
  }
}

bool names_account(const http::Request& request) {
  constexpr http::FieldNames kAccounts{openai_organization, openai_project};
  return request.names().intersects(kAccounts);
}

}  // namespace weir::gateway
