#include "simulator/detail/fields.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const json::value* Fields::find(std::string_view name) const {
  const json::value* value = object_.if_contains({name.data(), name.size()});
  return value && value->is_null() ? nullptr : value;
}

std::string_view Fields::text(std::string_view name) {
  const auto value = text_or(name, {});
  if (value.empty()) expect(name, "a non-empty string");
  return value;
}

std::string_view Fields::text_or(std::string_view name, std::string_view fallback) {
  const json::value* value = find(name);
  if (!value) return fallback;
  if (const auto* text = value->if_string()) return view(*text);
  expect(name, "a string");
  return fallback;
}

std::string_view Fields::one_of(std::string_view name, std::span<const std::string_view> allowed) {
  const auto value = text_or(name, allowed.front());
  if (std::ranges::find(allowed, value) != allowed.end()) return value;
  expect(name, fmt::format("one of {}", fmt::join(allowed, ", ")));
  return allowed.front();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Range range) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  const auto number = as_integer(*value);
  if (number && *number >= range.least && *number <= range.most) return number;
  expect(name, fmt::format("an integer from {} to {}", range.least, range.most));
  return std::nullopt;
}

std::optional<std::int64_t> Fields::as_integer(const json::value& value) const {
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* text = value.if_string(); text && from_ == From::form) {
    return parse_integer(view(*text));
  }
  return std::nullopt;
}

double Fields::number_or(std::string_view name, double least, double most, double fallback) {
  const json::value* value = find(name);
  if (!value) return fallback;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  if (!error && number >= least && number <= most) return number;
  expect(name, fmt::format("a number from {} to {}", least, most));
  return fallback;
}

bool Fields::flag(std::string_view name) {
  const json::value* value = find(name);
  if (!value) return false;
  if (const auto* flag = value->if_bool()) return *flag;
  if (const auto* text = value->if_string(); text && from_ == From::form) {
    if (view(*text) == "true") return true;
    if (view(*text) == "false") return false;
  }
  expect(name, "true or false");
  return false;
}

void Fields::allow_only(std::span<const std::string_view> allowed) {
  for (const auto& member : object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    if (refusal_) return;
    refusal_ = invalid(fmt::format("{}{}: unknown member; expected one of {}", prefix_, name,
                                   fmt::join(allowed, ", ")));
  }
}

void Fields::expect(std::string_view name, std::string_view expected) {
  if (refusal_) return;
  refusal_ = invalid(fmt::format("{}{}: expected {}", prefix_, name, expected));
}

}  // namespace weir::simulator::detail
