#include "translation/detail/findings.hpp"

#include <algorithm>
#include <utility>

namespace weir::translation::detail {

void Findings::refuse(std::string_view path, std::string_view value) {
  if (!error_) error_ = cannot_translate(path, value).error();
}

void Findings::expect(std::string_view path, std::string_view expected) {
  reject(std::string("`").append(path).append("` must be ").append(expected).append("."));
}

void Findings::reject(std::string message) {
  if (!error_) error_ = fail(Errc::invalid_parameter, std::move(message)).error();
}

void Findings::refuse_value(std::string_view path, std::string_view value) {
  if (value.empty()) return expect(path, "a string that is not empty");
  refuse(path, value);
}

std::string_view Findings::required_text(const boost::json::object& object, std::string_view path,
                                         std::string_view name) {
  if (find(object, name) == nullptr) expect(path_of(path, name), "a string");
  return text(object, path, name);
}

std::string_view Findings::text(const boost::json::object& object, std::string_view path,
                                std::string_view name) {
  const auto* value = find(object, name);
  if (value != nullptr && !value->is_string()) expect(path_of(path, name), "a string");
  return text_of(object, name);
}

const boost::json::object* Findings::object(const boost::json::object& outer, std::string_view path,
                                            std::string_view name) {
  const auto* value = find(outer, name);
  if (value != nullptr && !value->is_object()) expect(path_of(path, name), "an object");
  return value == nullptr ? nullptr : value->if_object();
}

bool Findings::flag(const boost::json::object& object, std::string_view path,
                    std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return false;
  if (!value->is_bool()) expect(path_of(path, name), "a boolean");
  return value->is_bool() && value->get_bool();
}

void Findings::check(const boost::json::object& object, std::string_view path,
                     const KnownMembers& known) {
  for (const auto& [key, value] : object) {
    const std::string_view name = key;
    if (value.is_null() || std::ranges::find(known.read, name) != known.read.end()) continue;
    if (std::ranges::find(known.dropped, name) == known.dropped.end()) {
      refuse(path_of(path, name));
    } else {
      drop(path_of(path, name));
    }
  }
}

std::string path_of(std::string_view object, std::string_view member) {
  return std::string(object).append(member);
}

}  // namespace weir::translation::detail
