#include "translation/detail/messages_tools.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kTool = "tools[].";

constexpr KnownMembers kKnownTool{{"type", "name", "description", "input_schema", "strict"},
                                  {"cache_control", "defer_loading", "eager_input_streaming",
                                   "input_examples", "allowed_callers"}};
constexpr KnownMembers kKnownChoice{{"type", "name", "disable_parallel_tool_use"}};
constexpr KnownMembers kKnownFormat{{"type", "schema"}};

void add_strict(json::object& function, const json::object& tool, Findings& findings) {
  if (!findings.flag(tool, kTool, "strict")) return;
  const auto* schema = find(tool, "input_schema");
  if (schema != nullptr && is_strict(*schema)) {
    function["strict"] = true;
  } else {
    findings.drop("tools[].strict");
  }
}

// Null for a tool that only Anthropic's models know.
json::value function_of(const json::object& tool, Findings& findings) {
  const auto type = text_of(tool, "type");
  if (!type.empty() && type != "custom") {
    findings.refuse("tools[].type", type);
    return nullptr;
  }
  findings.check(tool, kTool, kKnownTool);
  json::object function{{"name", findings.required_text(tool, kTool, "name")}};
  const auto description = findings.text(tool, kTool, "description");
  if (find(tool, "description") != nullptr) function["description"] = description;
  if (const auto* schema = find(tool, "input_schema")) {
    if (!schema->is_object()) findings.expect("tools[].input_schema", "an object");
    function["parameters"] = *schema;
  }
  add_strict(function, tool, findings);
  return json::object{{"type", "function"}, {"function", std::move(function)}};
}

json::value choice_of(const json::object& choice, Findings& findings) {
  findings.check(choice, "tool_choice.", kKnownChoice);
  const auto type = text_of(choice, "type");
  if (type == "auto" || type == "none") return json::value(type);
  if (type == "any") return "required";
  if (type == "tool") {
    json::object function{{"name", findings.required_text(choice, "tool_choice.", "name")}};
    return json::object{{"type", "function"}, {"function", std::move(function)}};
  }
  findings.refuse_value("tool_choice.type", type);
  return nullptr;
}

void add_choice(json::object& chat, const json::object& request, Findings& findings) {
  const auto* value = find(request, "tool_choice");
  if (value == nullptr) return;
  const auto* choice = value->if_object();
  if (choice == nullptr) return findings.expect("tool_choice", "an object");
  auto translated = choice_of(*choice, findings);
  const bool one_at_a_time = findings.flag(*choice, "tool_choice.", "disable_parallel_tool_use");
  if (!chat.contains("tools")) return;  // there is nothing to choose from
  chat["tool_choice"] = std::move(translated);
  if (one_at_a_time) chat["parallel_tool_calls"] = false;
}

bool is_strict_within(const json::value& schema);

bool all_strict(const json::value& schemas) {
  if (const auto* array = schemas.if_array()) return std::ranges::all_of(*array, is_strict_within);
  if (const auto* object = schemas.if_object()) {
    return std::ranges::all_of(*object,
                               [](const auto& each) { return is_strict_within(each.value()); });
  }
  return true;
}

// Sorted: a client's schema may have a million members.
std::vector<std::string_view> names_in(const json::array& names) {
  std::vector<std::string_view> sorted;
  sorted.reserve(names.size());
  for (const auto& name : names) {
    if (const auto* text = name.if_string()) sorted.emplace_back(*text);
  }
  std::ranges::sort(sorted);
  return sorted;
}

bool requires_all(const json::object& schema, const json::object& properties) {
  const auto* others = schema.if_contains("additionalProperties");
  if (others == nullptr || !others->is_bool() || others->get_bool()) return false;
  const auto* required = schema.if_contains("required");
  const auto* listed = required == nullptr ? nullptr : required->if_array();
  if (listed == nullptr) return properties.empty();
  const auto names = names_in(*listed);
  return std::ranges::all_of(properties, [&](const auto& property) {
    return std::ranges::binary_search(names, std::string_view(property.key()));
  });
}

bool admits_objects(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  const auto* types = type == nullptr ? nullptr : type->if_array();
  if (types == nullptr) return text_of(schema, "type") == "object";
  return std::ranges::find(*types, json::value("object")) != types->end();
}

// A schema without a kind admits any value.
bool is_strict_within(const json::value& schema) {
  const auto* object = schema.if_object();
  if (object == nullptr) return true;
  static constexpr std::string_view kKinds[] = {"type", "anyOf", "$ref", "enum", "const"};
  static constexpr std::string_view kRefused[] = {
      "allOf",         "oneOf",         "not",         "if",
      "then",          "else",          "default",     "dependentRequired",
      "minProperties", "maxProperties", "uniqueItems", "dependentSchemas",
      "contains",      "propertyNames", "prefixItems", "patternProperties"};
  const auto is_named = [&](std::string_view name) { return object->contains(name); };
  if (std::ranges::none_of(kKinds, is_named) || std::ranges::any_of(kRefused, is_named)) {
    return false;
  }
  const auto* properties = object->if_contains("properties");
  const auto* members = properties == nullptr ? nullptr : properties->if_object();
  if (members != nullptr && !requires_all(*object, *members)) return false;
  if (members == nullptr && admits_objects(*object)) return false;
  static constexpr std::string_view kNested[] = {"properties", "items", "anyOf", "$defs",
                                                 "definitions"};
  return std::ranges::all_of(kNested, [&](std::string_view name) {
    const auto* nested = object->if_contains(name);
    if (nested == nullptr) return true;
    return name == "items" ? is_strict_within(*nested) : all_strict(*nested);
  });
}

}  // namespace

void add_tools(json::object& chat, const json::object& request, Findings& findings) {
  if (const auto* value = find(request, "tools")) {
    const auto* tools = value->if_array();
    if (tools == nullptr) return findings.expect("tools", "an array");
    json::array functions;
    for (const auto& tool : *tools) {
      const auto* object = tool.if_object();
      if (object == nullptr) return findings.expect("tools[]", "an object");
      functions.push_back(function_of(*object, findings));
    }
    if (!functions.empty()) chat["tools"] = std::move(functions);
  }
  add_choice(chat, request, findings);
}

void add_format(json::object& chat, const json::value& format, std::string_view path,
                Findings& findings) {
  const auto* object = format.if_object();
  if (object == nullptr) return findings.expect(path, "an object");
  const auto inner = path_of(path, ".");
  findings.check(*object, inner, kKnownFormat);
  const auto type = text_of(*object, "type");
  if (type != "json_schema") return findings.refuse_value(inner + "type", type);
  const auto* schema = find(*object, "schema");
  if (schema == nullptr) return findings.expect(inner + "schema", "an object");
  chat["response_format"] = schema_format(*schema);
}

json::object schema_format(const json::value& schema) {
  json::object described{{"name", "output"}, {"schema", schema}};
  if (is_strict(schema)) described["strict"] = true;
  return {{"type", "json_schema"}, {"json_schema", std::move(described)}};
}

bool is_strict(const json::value& schema) {
  const auto* object = schema.if_object();
  return object != nullptr && text_of(*object, "type") == "object" && is_strict_within(schema);
}

}  // namespace weir::translation::detail
