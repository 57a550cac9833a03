#include "management/body_json.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace weir::management {
namespace {

std::unexpected<Problem> expected(std::string_view name, std::string_view what,
                                  std::string_view inside = {}) {
  auto field = inside.empty() ? std::string(name) : fmt::format("{}.{}", inside, name);
  auto detail = fmt::format("{} must be {}.", field, what);
  return refuse(Reason::invalid_parameter, std::move(detail), std::move(field));
}

const boost::json::value* find(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

Answered<boost::json::object> parse_object(std::string_view text) {
  boost::json::error_code error;
  auto value = boost::json::parse(text, error);
  if (error || !value.is_object()) return refuse(Reason::invalid_json);
  return std::move(value.as_object());
}

Answered<void> require_known(const boost::json::object& object,
                             std::initializer_list<std::string_view> known,
                             std::string_view inside) {
  for (const auto& member : object) {
    const std::string_view name = member.key();
    if (std::ranges::find(known, name) != known.end()) continue;
    auto field = inside.empty() ? std::string(name) : fmt::format("{}.{}", inside, name);
    return refuse(
        Reason::invalid_parameter,
        fmt::format("There is no such member here; known are: {}.", fmt::join(known, ", ")),
        std::move(field));
  }
  return {};
}

Answered<std::optional<std::string>> read_text(const boost::json::object& object,
                                               std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return expected(name, "a string");
  return std::string(value->as_string());
}

Answered<std::optional<bool>> read_truth(const boost::json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return expected(name, "true or false");
  return value->as_bool();
}

Answered<std::optional<std::int64_t>> read_number(const boost::json::object& object,
                                                  std::string_view name, std::string_view inside) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64() || value->as_int64() < 0) {
    return expected(name, "a whole number, 0 or more", inside);
  }
  return value->as_int64();
}

Answered<std::optional<std::vector<std::string>>> read_texts(const boost::json::object& object,
                                                             std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) return expected(name, "a list of strings");
  std::vector<std::string> texts;
  for (const auto& item : value->as_array()) {
    if (!item.is_string()) return expected(name, "a list of strings");
    texts.emplace_back(item.as_string());
  }
  return texts;
}

}  // namespace weir::management
