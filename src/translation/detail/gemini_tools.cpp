#include "translation/detail/gemini_tools.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "base/ascii.hpp"
#include "translation/detail/gemini_parts.hpp"
#include "translation/detail/gemini_schema.hpp"
#include "translation/detail/messages_tools.hpp"
#include "translation/detail/proto_json.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kFunction = "tools[].functionDeclarations[].";
constexpr std::string_view kConfig = "toolConfig.functionCallingConfig.";
constexpr std::string_view kFormat = "generationConfig.";

constexpr KnownMembers kKnownTool{{"functionDeclarations"}};
constexpr KnownMembers kKnownFunction{{"name", "description", "parameters", "parametersJsonSchema"},
                                      {"response", "responseJsonSchema", "behavior"}};
constexpr KnownMembers kKnownToolConfig{{"functionCallingConfig"},
                                        {"retrievalConfig", "includeServerSideToolInvocations"}};
constexpr KnownMembers kKnownCalling{{"mode", "allowedFunctionNames"},
                                     {"streamFunctionCallArguments"}};

json::object function_of(const json::object& declaration, Findings& findings) {
  findings.check(declaration, kFunction, kKnownFunction);
  json::object function{{"name", findings.required_text(declaration, kFunction, "name")}};
  if (find(declaration, "description") != nullptr) {
    function["description"] = findings.text(declaration, kFunction, "description");
  }
  const auto* google = findings.object(declaration, kFunction, "parameters");
  const auto* schema = findings.object(declaration, kFunction, "parametersJsonSchema");
  if (google != nullptr) function["parameters"] = json_schema_of(*google);
  if (schema != nullptr) function["parameters"] = *schema;
  return {{"type", "function"}, {"function", std::move(function)}};
}

std::string_view name_of(const json::value& tool) {
  return text_of(tool.at("function").as_object(), "name");
}

json::array functions_of(const json::object& request, Findings& findings) {
  json::array functions;
  const auto* tools = find(request, "tools");
  if (tools == nullptr) return functions;
  for_each_object(*tools, "tools", findings, [&](const json::object& tool) {
    findings.check(tool, "tools[].", kKnownTool);
    const auto* list = find(tool, "functionDeclarations");
    if (list == nullptr) return;
    for_each_object(*list, "tools[].functionDeclarations", findings, [&](const json::object& each) {
      functions.push_back(function_of(each, findings));
    });
  });
  return functions;
}

// Sorted: a client may name a million functions.
std::vector<std::string_view> sorted_names(const json::array& names) {
  std::vector<std::string_view> sorted;
  sorted.reserve(names.size());
  for (const auto& name : names) sorted.emplace_back(name.as_string());
  std::ranges::sort(sorted);
  return sorted;
}

// A list of allowed functions, which chat completions does not have, is the list of all.
json::array allowed_of(json::array functions, const json::object& calling, Findings& findings) {
  const auto* value = find(calling, "allowedFunctionNames");
  if (value == nullptr) return functions;
  const auto* names = value->if_array();
  if (names == nullptr || !std::ranges::all_of(*names, &json::value::is_string)) {
    findings.expect(path_of(kConfig, "allowedFunctionNames"), "an array of strings");
    return functions;
  }
  if (names->empty()) return functions;
  const auto sorted = sorted_names(*names);
  json::array allowed;
  for (auto& tool : functions) {
    if (std::ranges::binary_search(sorted, name_of(tool))) allowed.push_back(std::move(tool));
  }
  if (allowed.empty()) {
    findings.expect(path_of(kConfig, "allowedFunctionNames"), "names of declared functions");
  }
  return allowed;
}

json::value choice_of(std::string_view mode, const json::array& functions, Findings& findings) {
  const auto is = [&](std::string_view word) { return same_ignoring_case(mode, word); };
  if (mode.empty() || is("auto") || is("validated") || is("mode_unspecified")) return "auto";
  if (is("none")) return "none";
  if (!is("any")) {
    findings.refuse_value(path_of(kConfig, "mode"), mode);
    return nullptr;
  }
  if (functions.size() != 1) return "required";
  json::object function{{"name", name_of(functions.front())}};
  return json::object{{"type", "function"}, {"function", std::move(function)}};
}

const json::object* calling_of(const json::object& request, Findings& findings) {
  const auto* config = findings.object(request, "", "toolConfig");
  if (config == nullptr) return nullptr;
  findings.check(*config, "toolConfig.", kKnownToolConfig);
  return findings.object(*config, "toolConfig.", "functionCallingConfig");
}

std::string_view mode_of(const json::object& calling, Findings& findings) {
  static constexpr std::string_view kModes[] = {"MODE_UNSPECIFIED", "AUTO", "ANY", "NONE",
                                                "VALIDATED"};
  const auto* value = find(calling, "mode");
  const auto name = value == nullptr ? std::string_view() : enumerator_of(*value, kModes);
  return name.empty() ? findings.text(calling, kConfig, "mode") : name;
}

const json::value* schema_in(const json::object& config, json::value& converted) {
  if (const auto* schema = find(config, "responseJsonSchema")) return schema;
  const auto* google = find(config, "responseSchema");
  if (google == nullptr) return nullptr;
  converted = json_schema_of(*google);
  return &converted;
}

}  // namespace

void add_gemini_tools(json::object& chat, const json::object& request, Findings& findings) {
  auto functions = functions_of(request, findings);
  const auto* calling = calling_of(request, findings);
  if (calling != nullptr) {
    findings.check(*calling, kConfig, kKnownCalling);
    const auto mode = mode_of(*calling, findings);
    if (!functions.empty()) functions = allowed_of(std::move(functions), *calling, findings);
    auto choice = choice_of(mode, functions, findings);
    if (!functions.empty()) chat["tool_choice"] = std::move(choice);
  }
  if (!functions.empty()) chat["tools"] = std::move(functions);
}

void add_gemini_format(json::object& chat, const json::object& config, Findings& findings) {
  const auto type = findings.text(config, kFormat, "responseMimeType");
  json::value converted;
  const auto* schema = schema_in(config, converted);
  if (type.empty() || type == "text/plain") {
    if (schema != nullptr) {
      findings.expect("generationConfig.responseMimeType",
                      "application/json, as there is a schema");
    }
    return;
  }
  if (type != "application/json") {
    return findings.refuse_value("generationConfig.responseMimeType", type);
  }
  if (schema == nullptr) {
    chat["response_format"] = json::object{{"type", "json_object"}};
    return;
  }
  if (!schema->is_object()) {
    return findings.expect("generationConfig.responseSchema", "an object");
  }
  chat["response_format"] = schema_format(*schema);
}

}  // namespace weir::translation::detail
