#include "dialect/family.hpp"

#include <algorithm>

#include "base/enum_table.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect {
namespace {

constexpr EnumTable<Family, const FamilyRow*> kRows({
    {Family::openai, &detail::kOpenai},
    {Family::responses, &detail::kResponses},
    {Family::anthropic, &detail::kAnthropic},
    {Family::siliconflow, &detail::kSiliconflow},
    {Family::gemini, &detail::kGemini},
    {Family::ollama, &detail::kOllama},
});

}  // namespace

std::string_view media_type(Framing framing) {
  switch (framing) {
    case Framing::events:
    case Framing::data:
      return "text/event-stream";
    case Framing::lines:
      return "application/x-ndjson";
    case Framing::array:
      return "application/json";
  }
  __builtin_unreachable();
}

const FamilyRow& of(Family family) { return *kRows[family]; }

std::string error_body(Family family, const PublicError& error) {
  std::string body;
  if (describe(error.code).status != kClientClosedRequest) of(family).append_error(body, error);
  return body;
}

std::string break_event(Family family, const StreamBreak& broken) {
  std::string event;
  of(family).append_break(event, broken);
  return event;
}

std::string_view beta_query(Family family) {
  return family == Family::anthropic ? "beta=true" : "";
}

bool ends_stream(std::string_view type, const StreamRow& stream) {
  return std::ranges::find(stream.ends, type) != stream.ends.end();
}

}  // namespace weir::dialect
