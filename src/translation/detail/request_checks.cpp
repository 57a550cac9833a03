#include "translation/detail/request_checks.hpp"

#include <algorithm>

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

std::string path_of(std::string_view prefix, std::string_view name) {
  std::string path(prefix);
  return path += name;
}

}  // namespace

std::unexpected<Error> malformed(std::string_view path, std::string_view expected) {
  std::string text = "`";
  text.append(path).append("` must be ").append(expected).append(".");
  return fail(Errc::invalid_parameter, std::move(text));
}

Result<> check_members(const json::object& object, std::string_view prefix,
                       std::span<const std::string_view> used,
                       std::span<const std::string_view> unused, Dropped& dropped) {
  for (const auto& member : object) {
    const std::string_view name = member.key();
    if (member.value().is_null() || std::ranges::find(used, name) != used.end()) continue;
    if (std::ranges::find(unused, name) == unused.end()) {
      return cannot_translate(path_of(prefix, name));
    }
    dropped.add(path_of(prefix, name));
  }
  return {};
}

Result<std::string_view> required_text(const json::object& object, std::string_view name,
                                       std::string_view prefix) {
  const auto* value = find(object, name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return malformed(path_of(prefix, name), "a string");
  return std::string_view(*text);
}

Result<const json::array*> optional_list(const json::object& object, std::string_view name,
                                         std::string_view prefix) {
  const auto* value = find(object, name);
  if (value == nullptr) return nullptr;
  const auto* list = value->if_array();
  if (list == nullptr) return malformed(path_of(prefix, name), "a list");
  return list;
}

Result<const json::object*> optional_object(const json::object& object, std::string_view name,
                                            std::string_view prefix) {
  const auto* value = find(object, name);
  if (value == nullptr) return nullptr;
  const auto* inner = value->if_object();
  if (inner == nullptr) return malformed(path_of(prefix, name), "an object");
  return inner;
}

}  // namespace weir::translation::detail
