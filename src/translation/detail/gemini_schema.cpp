#include "translation/detail/gemini_schema.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>

#include "base/ascii.hpp"
#include "translation/detail/members.hpp"
#include "translation/detail/proto_json.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

// Google's JSON may have them in strings.
constexpr std::string_view kNumbers[] = {"minItems",      "maxItems",      "minLength", "maxLength",
                                         "minProperties", "maxProperties", "minimum",   "maximum"};
// Formats that only say how a number or a choice is stored.
constexpr std::string_view kStorage[] = {"enum", "int32", "int64", "float", "double"};

template <std::size_t N>
bool is_among(std::string_view name, const std::string_view (&names)[N]) {
  return std::ranges::find(names, name) != std::end(names);
}

json::value type_of(const json::value& type) {
  static constexpr std::string_view kTypes[] = {"TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER",
                                                "BOOLEAN",          "ARRAY",  "OBJECT", "NULL"};
  if (const auto* types = type.if_array()) {
    json::array lowered;
    for (const auto& each : *types) lowered.push_back(type_of(each));
    return lowered;
  }
  const auto name = enumerator_of(type, kTypes);
  if (name.empty()) return type;
  json::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
  return lowered;
}

bool has(const json::array& types, std::string_view type) {
  return std::ranges::find(types, json::value(type)) != types.end();
}

bool is_numeric(const json::value& type) {
  if (const auto* types = type.if_array()) {
    return std::ranges::any_of(*types, is_numeric) && !has(*types, "string");
  }
  return type == json::value("integer") || type == json::value("number");
}

// Google has the choices of a number in strings too.
json::value choices_of(const json::value& choices, const json::object& schema) {
  const auto* values = choices.if_array();
  const auto* type = find(schema, "type");
  if (values == nullptr || type == nullptr || !is_numeric(type_of(*type))) return choices;
  json::array numbers;
  for (const auto& value : *values) numbers.push_back(number_of(value, true).value_or(value));
  return numbers;
}

// The definitions are renamed, so that references to them are too.
json::value target_of(const json::value& reference) {
  constexpr std::string_view kGoogle = "#/defs/";
  const auto* text = reference.if_string();
  if (text == nullptr || !std::string_view(*text).starts_with(kGoogle)) return reference;
  return json::value(
      std::string("#/$defs/").append(std::string_view(*text).substr(kGoogle.size())));
}

json::array schemas_of(const json::array& schemas) {
  json::array converted;
  for (const auto& schema : schemas) converted.push_back(json_schema_of(schema));
  return converted;
}

// In the order that Google's member names, if there is one: models write their members so.
json::object properties_of(const json::object& properties, const json::value* ordering) {
  json::object ordered;
  const auto* names = ordering == nullptr ? nullptr : ordering->if_array();
  for (std::size_t i = 0; names != nullptr && i < names->size(); ++i) {
    const auto* name = (*names)[i].if_string();
    const auto* property = name == nullptr ? nullptr : properties.if_contains(*name);
    if (property != nullptr && !ordered.contains(*name)) ordered[*name] = json_schema_of(*property);
  }
  for (const auto& [name, property] : properties) {
    if (!ordered.contains(name)) ordered[name] = json_schema_of(property);
  }
  return ordered;
}

void admit_null(json::object& schema) {
  if (auto* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
    *type = json::array{*type, "null"};
  } else if (type != nullptr && type->is_array() && !has(type->get_array(), "null")) {
    type->get_array().push_back("null");
  }
  const auto reference = schema.find("$ref");
  if (reference != schema.end() && !schema.contains("anyOf")) {
    json::object referred{{"$ref", reference->value()}};
    schema.erase(reference);
    schema["anyOf"] = json::array{std::move(referred), json::object{{"type", "null"}}};
  } else if (auto* choices = schema.if_contains("anyOf");
             choices != nullptr && choices->is_array()) {
    choices->get_array().push_back(json::object{{"type", "null"}});
  }
  if (auto* values = schema.if_contains("enum"); values != nullptr && values->is_array()) {
    values->get_array().push_back(nullptr);
  }
}

json::value member_of(std::string_view name, const json::value& value, const json::object& schema) {
  if (name == "type") return type_of(value);
  if (name == "ref" || name == "$ref") return target_of(value);
  if (name == "enum") return choices_of(value, schema);
  if (is_among(name, kNumbers))
    return number_of(value, name != "minimum" && name != "maximum").value_or(value);
  if (const auto* properties = value.if_object(); properties != nullptr && name == "properties") {
    return properties_of(*properties, find(schema, "propertyOrdering"));
  }
  if (const auto* defs = value.if_object(); defs != nullptr && name.ends_with("defs")) {
    return properties_of(*defs, nullptr);
  }
  if (name == "items" || name == "additionalProperties") return json_schema_of(value);
  const auto* schemas = value.if_array();
  const bool nests = name == "anyOf" || name == "prefixItems" || name == "oneOf";
  return nests && schemas != nullptr ? json::value(schemas_of(*schemas)) : value;
}

}  // namespace

json::value json_schema_of(const json::value& schema) {
  const auto* object = schema.if_object();
  if (object == nullptr) return schema;
  json::object converted;
  for (const auto& [key, value] : *object) {
    const std::string_view name = key;
    if (value.is_null() && name != "default") continue;
    if (name == "nullable" || name == "propertyOrdering" || name == "example") continue;
    if (name == "format" && is_among(text_of(*object, name), kStorage)) continue;
    if (name == "type" && type_of(value) == json::value("type_unspecified")) continue;
    const auto known = name == "defs" ? "$defs" : name == "ref" ? "$ref" : name;
    converted[known] = member_of(name, value, *object);
  }
  const auto* nullable = find(*object, "nullable");
  if (nullable != nullptr && nullable->is_bool() && nullable->get_bool()) admit_null(converted);
  return converted;
}

}  // namespace weir::translation::detail
