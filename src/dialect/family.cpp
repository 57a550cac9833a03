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
});

}  // namespace

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

bool is_worth_reading(std::string_view data, const StreamRow& stream) {
  constexpr std::string_view kName = R"("usage")";
  if (!stream.ends.empty()) return true;
  for (auto at = data.find(kName); at != data.npos; at = data.find(kName, at + 1)) {
    const auto value = data.find_first_not_of(" \t:", at + kName.size());
    if (value != data.npos && data[value] == '{') return true;
  }
  return false;
}

bool ends_stream(std::string_view type, const StreamRow& stream) {
  return std::ranges::find(stream.ends, type) != stream.ends.end();
}

}  // namespace weir::dialect
