#include "translation/detail/camel_case.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

// Their members are named by the client.
constexpr std::string_view kOpaque[] = {"args",
                                        "response",
                                        "responseJsonSchema",
                                        "parametersJsonSchema",
                                        "labels",
                                        "partMetadata",
                                        "default",
                                        "example",
                                        "enum"};
// Their members are named by the client, and each is a schema.
constexpr std::string_view kMaps[] = {"properties", "defs", "$defs"};

template <std::size_t N>
bool is_among(std::string_view name, const std::string_view (&names)[N]) {
  return std::ranges::find(names, name) != std::end(names);
}

std::string camel_case(std::string_view name) {
  std::string camel;
  bool capital = false;
  for (const char c : name) {
    if (c == '_') {
      capital = !camel.empty();
      continue;
    }
    camel.push_back(capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    capital = false;
  }
  return camel;
}

void rename_members(json::object& object) {
  std::vector<std::string> snakes;
  for (const auto& [name, value] : object) {
    if (std::string_view(name).contains('_')) snakes.emplace_back(name);
  }
  for (const auto& snake : snakes) {
    const auto camel = camel_case(snake);
    const auto* other = object.if_contains(camel);
    const bool is_set = other != nullptr && !other->is_null();
    if (is_set && !object.at(snake).is_null()) continue;
    auto value = std::move(object.at(snake));
    object.erase(snake);
    if (!is_set) object.insert_or_assign(camel, std::move(value));
  }
}

void visit(json::value& value) {
  if (auto* array = value.if_array()) {
    for (auto& element : *array) visit(element);
  } else if (auto* object = value.if_object()) {
    use_camel_case(*object);
  }
}

}  // namespace

void use_camel_case(json::object& object) {
  rename_members(object);
  for (auto& [name, value] : object) {
    if (is_among(name, kOpaque)) continue;
    auto* schemas = is_among(name, kMaps) ? value.if_object() : nullptr;
    if (schemas == nullptr) {
      visit(value);
      continue;
    }
    for (auto& [property, schema] : *schemas) visit(schema);
  }
}

}  // namespace weir::translation::detail
