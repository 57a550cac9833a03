#include "gateway/upstream_request_id.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace weir::gateway {
namespace {

// Those that an API has for this purpose before those that its proxies add.
constexpr std::array<std::string_view, 7> kNames = {
    "x-request-id",     "request-id",       "x-siliconcloud-trace-id", "apim-request-id",
    "x-amzn-requestid", "x-debug-trace-id", "mistral-correlation-id"};

// No key is ever logged, whoever sends it.
constexpr std::string_view kKeyPrefix = "sk-";

constexpr std::string_view kMarks = "-_.:/=+";

bool is_id(std::string_view text) {
  for (auto at = text.find(kKeyPrefix); at != text.npos; at = text.find(kKeyPrefix, at + 1)) {
    if (at == 0 || kMarks.contains(text[at - 1])) return false;
  }
  return text.size() <= kMaxUpstreamIdBytes && std::ranges::all_of(text, [&](char c) {
           const bool is_letter = lower(c) >= 'a' && lower(c) <= 'z';
           return is_letter || (c >= '0' && c <= '9') || kMarks.contains(c);
         });
}

}  // namespace

std::string_view find_request_id(const http::ResponseHead& head) {
  auto best = kNames.size();
  std::string_view id;
  for (const auto& field : head.fields) {
    for (std::size_t name = 0; name < best; ++name) {
      if (!equals_ignoring_case(field.name, kNames[name])) continue;
      if (field.value.empty() || !is_id(field.value)) break;
      best = name;
      id = field.value;
      break;
    }
  }
  return id;
}

}  // namespace weir::gateway
