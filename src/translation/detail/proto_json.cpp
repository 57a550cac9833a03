#include "translation/detail/proto_json.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <boost/json/parse.hpp>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxNumberBytes = 32;

std::optional<json::value> parse_number(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberBytes) return std::nullopt;
  boost::system::error_code error;
  auto number = json::parse(text, error);
  if (error || !number.is_number()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<json::value> number_of(const json::value& value, bool is_whole) {
  constexpr double kExact = 9007199254740992.0;
  const auto* text = value.if_string();
  auto number = text == nullptr ? std::optional(value) : parse_number(*text);
  if (!number || !number->is_number()) return std::nullopt;
  const auto* fraction = number->if_double();
  if (fraction == nullptr || !is_whole) return number;
  const bool is_exact = std::trunc(*fraction) == *fraction && std::abs(*fraction) <= kExact;
  return is_exact ? json::value(static_cast<std::int64_t>(*fraction)) : number;
}

std::string_view enumerator_of(const json::value& value, std::span<const std::string_view> names) {
  if (const auto* text = value.if_string()) return *text;
  const auto* number = value.if_int64();
  const auto count = static_cast<std::int64_t>(names.size());
  if (number == nullptr || *number < 0 || *number >= count) return {};
  return names[static_cast<std::size_t>(*number)];
}

}  // namespace weir::translation::detail
