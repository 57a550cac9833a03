#include "translation/detail/responses_tools.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <boost/json/value.hpp>

#include "codec/hex.hpp"
#include "codec/visible.hpp"
#include "translation/detail/request_checks.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxName = 64;
/// Its members are ordinary tools: a call of one of them has no namespace.
constexpr std::string_view kDefaultNamespace = "functions";

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> kFunctionUsed = {"type", "name", "description",
                                                           "parameters", "strict"};
// A deferred tool is simply present: the model need not search for it.
constexpr std::array<std::string_view, 3> kFunctionUnused = {"defer_loading", "output_schema",
                                                             "allowed_callers"};
constexpr std::array<std::string_view, 4> kCustomUsed = {"type", "name", "description", "format"};
constexpr std::array<std::string_view, 2> kCustomUnused = {"defer_loading", "allowed_callers"};

// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

// Codex adds these to every request, whether or not anything needs them. The model can answer
// without them, and Codex could not be used at all if they were refused. A client that depends on
// one forces it by `tool_choice`, which is refused. Other hosted tools are there because somebody
// asked for them: an answer without them would be another answer.
struct LeftOut {
  std::string_view type;
  std::string_view name;  ///< for the client
};
constexpr LeftOut kLeftOut[] = {
    {"web_search", "web_search"},
    {"web_search_2025_08_26", "web_search"},
    {"web_search_preview", "web_search"},
    {"web_search_preview_2025_03_11", "web_search"},
    {"image_generation", "image_generation"},
    // A search by the server: every tool is present already.
    {"tool_search", "tool_search"},
};

// Null: the tool must not be left out.
const LeftOut* left_out(std::string_view type) {
  const auto* found = std::ranges::find(kLeftOut, type, &LeftOut::type);
  return found == std::end(kLeftOut) ? nullptr : found;
}

/// `path` ends in "[]".
std::string drop_path(std::string_view path, const LeftOut& tool) {
  std::string text(path.substr(0, path.size() - 1));
  return text.append("type=").append(tool.name).append("]");
}

json::object function_tool(const ToolOrigin& origin, json::object function) {
  json::object named{{"name", origin.chat_name}};
  for (auto& member : function) named.emplace(member.key(), std::move(member.value()));
  return {{"type", "function"}, {"function", std::move(named)}};
}

json::object one_text_schema(std::string_view name, std::string_view description) {
  json::object property{{"type", "string"}, {"description", description}};
  return {{"type", "object"},
          {"properties", json::object{{name, std::move(property)}}},
          {"required", json::array{name}},
          {"additionalProperties", false}};
}

// Chat completions knows custom tools at OpenAI only. The grammar cannot constrain the model here,
// but tells it what to write.
Result<json::object> custom_function(const json::object& tool, std::string_view prefix) {
  std::string description(text_of(tool, "description"));
  auto format = optional_object(tool, "format", prefix);
  if (!format) return std::unexpected(std::move(format.error()));
  if (*format != nullptr && text_of(**format, "type") == "grammar") {
    if (!description.empty()) description += "\n\n";
    description.append("The input must match this grammar (")
        .append(text_of(**format, "syntax"))
        .append("):\n")
        .append(text_of(**format, "definition"));
  }
  json::object function;
  if (!description.empty()) function["description"] = description;
  function["parameters"] = one_text_schema("input", "The whole input of the tool, as text.");
  return function;
}

json::object shell_function() {
  const json::object text{{"type", "string"}};
  json::object properties{
      {"command", json::object{{"type", "array"},
                               {"items", text},
                               {"description", "The program to run, and its arguments."}}},
      {"working_directory", text},
      {"timeout_ms", json::object{{"type", "integer"}}}};
  return {{"description", "Runs a command on the user's machine and returns its output."},
          {"parameters", json::object{{"type", "object"},
                                      {"properties", std::move(properties)},
                                      {"required", json::array{"command"}}}}};
}

json::object plain_function(const json::object& tool, Names members) {
  json::object function;
  for (const auto name : members) {
    if (const auto* value = find(tool, name)) function[name] = *value;
  }
  return function;
}

}  // namespace

std::string chat_tool_name(std::string_view name_space, std::string_view name) {
  std::string whole;
  if (!name_space.empty() && name_space != kDefaultNamespace) {
    whole.append(name_space).append("__");
  }
  whole += name;
  if (whole.size() <= kMaxName) return whole;
  std::array<std::uint8_t, 4> bytes{};
  auto hash = hash_of(whole);
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(hash & 0xff);
    hash >>= 8;
  }
  constexpr std::size_t kMark = 9;  // a dash and eight digits
  auto end = kMaxName - kMark;
  while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0) == 0x80) --end;
  whole.resize(end);
  whole += '-';
  codec::append_hex(whole, bytes);
  return whole;
}

Result<> ToolList::push(ToolOrigin origin, json::object function) {
  // A tool can be listed as deferred and be loaded later; a repeated function is refused by some.
  const auto [place, added] = places_.emplace(origin.chat_name, origins_.size());
  if (!added && origins_[place->second] == origin) return {};
  if (!added) {
    return fail(Errc::invalid_parameter,
                "The model's upstream speaks chat completions only, where two of the `tools` would "
                "both be named \"" +
                    codec::visible_excerpt(origin.chat_name) + "\".");
  }
  functions_.push_back(function_tool(origin, std::move(function)));
  origins_.push_back(std::move(origin));
  return {};
}

std::vector<ToolOrigin> ToolList::take_origins() {
  std::ranges::sort(origins_, {}, &ToolOrigin::chat_name);
  return std::move(origins_);
}

Result<> ToolList::add(const json::array& tools, std::string_view path, Dropped& dropped) {
  for (const auto& tool : tools) {
    const auto* object = tool.if_object();
    if (object == nullptr) return malformed(path, "an object");
    if (auto added = add_one(*object, path, {}, dropped); !added) return added;
  }
  return {};
}

Result<> ToolList::add_one(const json::object& tool, std::string_view path,
                           std::string_view name_space, Dropped& dropped) {
  const auto prefix = std::string(path) + ".";
  auto type = required_text(tool, "type", prefix);
  if (!type) return std::unexpected(std::move(type.error()));
  if (*type == "function" || *type == "custom") {
    const bool function = *type == "function";
    auto name = required_text(tool, "name", prefix);
    if (!name) return std::unexpected(std::move(name.error()));
    auto known = function ? check_members(tool, prefix, kFunctionUsed, kFunctionUnused, dropped)
                          : check_members(tool, prefix, kCustomUsed, kCustomUnused, dropped);
    if (!known) return known;
    const auto own = name_space == kDefaultNamespace ? std::string_view{} : name_space;
    ToolOrigin origin{function ? ToolKind::function : ToolKind::custom,
                      chat_tool_name(name_space, *name), std::string(*name), std::string(own)};
    if (function) {
      constexpr std::array<std::string_view, 2> kPlain = {"description", "parameters"};
      auto plain = plain_function(tool, kPlain);
      // False is the default of chat completions, where some servers do not know the member.
      const auto* strict = find(tool, "strict");
      if (strict != nullptr && strict->is_bool() && strict->get_bool()) plain["strict"] = true;
      return push(std::move(origin), std::move(plain));
    }
    auto custom = custom_function(tool, prefix);
    if (!custom) return std::unexpected(std::move(custom.error()));
    return push(std::move(origin), std::move(*custom));
  }
  if (!name_space.empty()) return cannot_translate(prefix + "type", *type);
  if (*type == "namespace") return add_namespace(tool, path, dropped);
  if (*type == "local_shell") {
    return push(
        {ToolKind::local_shell, std::string(kLocalShellName), std::string(kLocalShellName), {}},
        shell_function());
  }
  if (*type == "tool_search" && text_of(tool, "execution") == "client") {
    constexpr std::array<std::string_view, 2> kPlain = {"description", "parameters"};
    return push(
        {ToolKind::tool_search, std::string(kToolSearchName), std::string(kToolSearchName), {}},
        plain_function(tool, kPlain));
  }
  const auto* unneeded = left_out(*type);
  if (unneeded == nullptr) return cannot_translate(prefix + "type", *type);
  dropped.add(drop_path(path, *unneeded));
  return {};
}

Result<> ToolList::add_namespace(const json::object& tool, std::string_view path,
                                 Dropped& dropped) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "name", "tools"};
  constexpr std::array<std::string_view, 1> kUnused = {"description"};
  const auto prefix = std::string(path) + ".";
  auto name = required_text(tool, "name", prefix);
  if (!name) return std::unexpected(std::move(name.error()));
  if (auto known = check_members(tool, prefix, kUsed, kUnused, dropped); !known) return known;
  auto tools = optional_list(tool, "tools", prefix);
  if (!tools) return std::unexpected(std::move(tools.error()));
  if (*tools == nullptr) return {};
  const auto inner = prefix + "tools[]";
  for (const auto& value : **tools) {
    const auto* object = value.if_object();
    if (object == nullptr) return malformed(inner, "an object");
    if (auto added = add_one(*object, inner, *name, dropped); !added) return added;
  }
  return {};
}

std::optional<std::size_t> ToolList::find_choice(const json::object& choice) const {
  const auto type = text_of(choice, "type");
  auto name = chat_tool_name(text_of(choice, "namespace"), text_of(choice, "name"));
  if (type == kLocalShellName || type == kToolSearchName) name = type;
  const auto found = places_.find(name);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

Result<> ToolList::write_named(const json::object& choice, json::object& chat) {
  const auto place = find_choice(choice);
  if (!place) {
    auto value = text_of(choice, "name");
    if (value.empty()) value = text_of(choice, "type");
    return cannot_translate("tool_choice", value);
  }
  chat["tool_choice"] = {{"type", "function"},
                         {"function", {{"name", origins_[*place].chat_name}}}};
  return {};
}

// The other tools are left out of the request, which every server understands.
Result<> ToolList::allow_only(const json::object& choice, json::object& chat) {
  auto allowed = optional_list(choice, "tools", "tool_choice.");
  if (!allowed) return std::unexpected(std::move(allowed.error()));
  std::vector<bool> is_allowed(origins_.size());
  for (const auto& entry : *allowed == nullptr ? json::array{} : **allowed) {
    const auto* object = entry.if_object();
    if (object == nullptr) return malformed("tool_choice.tools[]", "an object");
    if (const auto place = find_choice(*object)) {
      is_allowed[*place] = true;
    } else if (left_out(text_of(*object, "type")) == nullptr) {
      return cannot_translate("tool_choice.tools[]", text_of(*object, "name"));
    }
  }
  json::array kept;
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (is_allowed[i]) kept.push_back(std::move(functions_[i]));
  }
  functions_ = std::move(kept);
  if (text_of(choice, "mode") != "required") return {};
  if (functions_.empty()) return cannot_translate("tool_choice", "allowed_tools");
  chat["tool_choice"] = "required";
  return {};
}

Result<> ToolList::write(const json::value* choice, json::object& chat) {
  if (choice != nullptr && choice->is_string()) {
    const std::string_view word = choice->get_string();
    if (word != "auto" && word != "none" && word != "required") {
      return cannot_translate("tool_choice", word);
    }
    if (word == "required" && functions_.empty()) return cannot_translate("tool_choice", word);
    // "auto" is the default; any choice is refused where there are no tools.
    if (word != "auto" && !functions_.empty()) chat["tool_choice"] = word;
  } else if (choice != nullptr) {
    const auto* object = choice->if_object();
    if (object == nullptr) return malformed("tool_choice", "a string or an object");
    auto written = text_of(*object, "type") == "allowed_tools" ? allow_only(*object, chat)
                                                               : write_named(*object, chat);
    if (!written) return written;
  }
  if (!functions_.empty()) chat["tools"] = std::move(functions_);
  return {};
}

}  // namespace weir::translation::detail
