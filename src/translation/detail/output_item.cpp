#include "translation/detail/output_item.hpp"

#include <boost/json/object.hpp>

#include "codec/json_text.hpp"
#include "translation/detail/carried_reasoning.hpp"
#include "translation/detail/lenient_json.hpp"
#include "translation/detail/members.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

/// Null if it is not JSON.
json::value parse_arguments(std::string_view arguments) {
  constexpr std::size_t kMaxDepth = 64;
  return parse_lenient(arguments, kMaxDepth).value_or(json::value());
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  codec::append_json_string(out, text);
}

void append_call(std::string& out, const OutputItem& item) {
  append_text(out, "call_id", item.call_id);
  append_text(out, "name", item.name);
  if (!item.name_space.empty()) append_text(out, "namespace", item.name_space);
}

/// A command that is one string is for a shell to split.
json::array command_of(const json::object& arguments, std::string_view raw) {
  const auto* command = find(arguments, "command");
  if (command == nullptr) return {json::string(raw)};
  if (command->is_string()) return {"bash", "-lc", *command};
  json::array words;
  if (const auto* list = command->if_array()) {
    for (const auto& word : *list) {
      words.push_back(word.is_string() ? word : json::string(json_of(word)));
    }
  }
  return words;
}

void append_shell_action(std::string& out, std::string_view raw) {
  const auto value = parse_arguments(raw);
  const json::object none;
  const auto& arguments = value.is_object() ? value.get_object() : none;
  json::object action{{"type", "exec"}, {"command", command_of(arguments, raw)}};
  const auto* env = find(arguments, "env");
  action["env"] = env != nullptr && env->is_object() ? *env : json::object();
  const auto* limit = find(arguments, "timeout_ms");
  action["timeout_ms"] = limit != nullptr && limit->is_int64() ? *limit : json::value();
  for (const auto* name : {"working_directory", "user"}) {
    const auto* text = find(arguments, name);
    action[name] = text != nullptr && text->is_string() ? *text : json::value();
  }
  out.append(R"(,"action":)").append(json_of(action));
}

void append_search(std::string& out, std::string_view raw) {
  auto value = parse_arguments(raw);
  if (!value.is_object()) value = json::object{{"query", raw}};
  out.append(R"(,"execution":"client","arguments":)").append(json_of(value));
}

void append_thoughts(std::string& out, const OutputItem& item) {
  const std::string_view text = item.parts.empty() ? std::string_view{} : item.parts.front().text;
  const bool some = !item.parts.empty() && item.status != "in_progress";
  out += R"(,"summary":[)";
  if (some && item.summary) {
    out += R"({"type":"summary_text")";
    append_text(out, "text", text);
    out += '}';
  }
  out += ']';
  if (some && !item.member.empty()) {
    out += R"(,"encrypted_content":)";
    append_carried(out, {.member = item.member, .text = text});
  }
  if (item.summary) return;
  out += R"(,"content":[)";
  if (some) {
    out += R"({"type":"reasoning_text")";
    append_text(out, "text", text);
    out += '}';
  }
  out += ']';
}

std::string_view type_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::reasoning:
      return "reasoning";
    case ItemKind::message:
      return "message";
    case ItemKind::function_call:
      return "function_call";
    case ItemKind::custom_call:
      return "custom_tool_call";
    case ItemKind::shell_call:
      return "local_shell_call";
    case ItemKind::search_call:
      return "tool_search_call";
  }
  return {};
}

void append_message(std::string& out, const OutputItem& item) {
  out += R"(,"role":"assistant","content":[)";
  const auto* separator = "";
  for (const auto& part : item.parts) {
    if (item.status == "in_progress") break;
    out += separator;
    append_part(out, part);
    separator = ",";
  }
  out += ']';
}

}  // namespace

std::string custom_input(std::string_view arguments) {
  const auto value = parse_arguments(arguments);
  const auto* object = value.if_object();
  const auto* input = object == nullptr ? nullptr : object->if_contains("input");
  if (input != nullptr && input->is_string()) return std::string(input->get_string());
  if (value.is_string()) return std::string(value.get_string());
  return std::string(arguments);
}

void append_part(std::string& out, const OutputItem::Part& part) {
  if (part.refusal) {
    out += R"({"type":"refusal")";
    append_text(out, "refusal", part.text);
  } else {
    out += R"({"type":"output_text","annotations":[],"logprobs":[])";
    append_text(out, "text", part.text);
  }
  out += '}';
}

void append_item(std::string& out, const OutputItem& item) {
  const bool in_progress = item.status == "in_progress";
  out.append(R"({"type":")").append(type_of(item.kind)).append("\"");
  append_text(out, "id", item.id);
  append_text(out, "status", item.status);
  switch (item.kind) {
    case ItemKind::reasoning:
      append_thoughts(out, item);
      break;
    case ItemKind::message:
      append_message(out, item);
      break;
    case ItemKind::function_call:
      append_call(out, item);
      append_text(out, "arguments", in_progress ? std::string_view{} : item.arguments);
      break;
    case ItemKind::custom_call:
      append_call(out, item);
      append_text(out, "input", in_progress ? std::string{} : custom_input(item.arguments));
      break;
    case ItemKind::shell_call:
      append_text(out, "call_id", item.call_id);
      append_shell_action(out, item.arguments);
      break;
    case ItemKind::search_call:
      append_text(out, "call_id", item.call_id);
      append_search(out, item.arguments);
      break;
  }
  out += '}';
}

}  // namespace weir::translation::detail
