#include "app/command_line/json_rows.hpp"

#include <boost/json/serialize.hpp>

namespace weir::app {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "-";
  if (!value.is_array()) return json::serialize(value);
  std::string text;
  for (const auto& item : value.get_array()) {
    if (!text.empty()) text += ' ';
    text += text_of(item);
  }
  return text.empty() ? "-" : text;
}

std::string member_of(const json::value& object, std::string_view name) {
  const auto* members = object.if_object();
  const auto* value = members == nullptr ? nullptr : members->if_contains(name);
  return value == nullptr ? "-" : text_of(*value);
}

}  // namespace weir::app
