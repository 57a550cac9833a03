#include "translation/detail/responses_input.hpp"

#include <array>
#include <utility>

#include "codec/visible.hpp"
#include "translation/detail/request_checks.hpp"
#include "translation/detail/responses_content.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

constexpr std::string_view kPrefix = "input[].";

// An item's own id and state, what Codex notes about it for OpenAI's servers, and what
// openai-python reads into it.
constexpr std::array<std::string_view, 9> kUnused = {"id",
                                                     "status",
                                                     "phase",
                                                     "internal_chat_message_metadata_passthrough",
                                                     "metadata",
                                                     "name",
                                                     "namespace",
                                                     "caller",
                                                     "parsed_arguments"};

template <std::size_t N>
Result<> check_item(const json::object& item, const std::array<std::string_view, N>& used,
                    Dropped& dropped) {
  return check_members(item, kPrefix, used, kUnused, dropped);
}

Result<json::object> shell_arguments(const json::object& item) {
  auto action = optional_object(item, "action", kPrefix);
  if (!action) return std::unexpected(std::move(action.error()));
  json::object arguments;
  if (*action == nullptr) return malformed("input[].action", "an object");
  for (const auto* name : {"command", "working_directory", "timeout_ms", "env", "user"}) {
    const auto* value = find(**action, name);
    const auto* object = value == nullptr ? nullptr : value->if_object();
    if (value != nullptr && (object == nullptr || !object->empty())) arguments[name] = *value;
  }
  return arguments;
}

}  // namespace

void ChatMessages::add_system(std::string_view text) {
  // One message at the start: templates of some models know no other place for it.
  if (!entries_.empty() && text_of(entries_.back().message, "role") == "system") {
    auto& content = entries_.back().message["content"].get_string();
    content.append("\n\n").append(text);
    return;
  }
  entries_.push_back({{{"role", "system"}, {"content", text}}});
}

void ChatMessages::add_user(json::value content) {
  reasoning_ = {};
  entries_.push_back({{{"role", "user"}, {"content", std::move(content)}}});
}

void ChatMessages::add_reasoning(const json::object& item) {
  const auto carried = parse_carried(text_of(item, "encrypted_content"));
  if (!carried) return dropped_.add("input[type=reasoning]");
  if (reasoning_.member == carried->member) {
    reasoning_.text.append("\n").append(carried->text);
  } else {
    reasoning_ = {carried->member, std::string(carried->text)};
  }
}

void ChatMessages::attach_reasoning(Entry& entry) {
  const auto carried = std::exchange(reasoning_, {});
  if (carried.member.empty()) return;
  auto& value = entry.message[carried.member];
  if (value.is_string()) {
    value.get_string().append("\n").append(carried.text);
  } else {
    value = carried.text;
  }
}

// After calls without a result, it belongs to their message: nothing may come between them.
void ChatMessages::add_assistant(std::string text) {
  auto* last = entries_.empty() ? nullptr : &entries_.back();
  if (last == nullptr || !last->calls || !last->results.empty()) {
    entries_.push_back({{{"role", "assistant"}, {"content", text}}, true});
    attach_reasoning(entries_.back());
    return;
  }
  attach_reasoning(*last);
  auto& content = last->message["content"];
  if (content.is_string()) {
    content.get_string().append("\n").append(text);
  } else {
    content = text;
  }
}

void ChatMessages::add_call(std::string_view id, std::string_view other_id, std::string_view name,
                            std::string_view arguments) {
  if (entries_.empty() || !entries_.back().assistant || !entries_.back().results.empty()) {
    entries_.push_back({{{"role", "assistant"}, {"content", nullptr}}, true});
  }
  auto& entry = entries_.back();
  attach_reasoning(entry);
  auto& calls = entry.message["tool_calls"];
  if (!calls.is_array()) calls = json::array();
  calls.get_array().push_back(
      {{"id", id}, {"type", "function"}, {"function", {{"name", name}, {"arguments", arguments}}}});
  entry.calls = true;
  const Call call{entries_.size() - 1, std::string(id)};
  if (!other_id.empty()) calls_.insert_or_assign(std::string(other_id), call);
  calls_.insert_or_assign(std::string(id), call);
}

Result<> ChatMessages::add_result(std::string_view id, std::string_view text, json::array images) {
  const auto call = calls_.find(std::string(id));
  if (call == calls_.end()) {
    return fail(Errc::invalid_parameter, "`input` has a result for the call \"" +
                                             codec::visible_excerpt(id) +
                                             "\", but not the call itself before it.");
  }
  auto& entry = entries_[call->second.entry];
  entry.results.push_back({{"role", "tool"}, {"tool_call_id", call->second.id}, {"content", text}});
  for (auto& image : images) entry.images.push_back(std::move(image));
  return {};
}

Result<> ChatMessages::add_message(const json::object& item) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "role", "content"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  const auto* content = find(item, "content");
  if (content == nullptr) return malformed("input[].content", "a string or a list");
  auto parts = chat_content(*content, "input[].content", dropped_);
  if (!parts) return std::unexpected(std::move(parts.error()));
  auto role = required_text(item, "role", kPrefix);
  if (!role) return std::unexpected(std::move(role.error()));
  if (*role == "user") {
    add_user(std::move(*parts).take());
    return {};
  }
  if (*role != "assistant" && *role != "system" && *role != "developer") {
    return cannot_translate("input[].role", *role);
  }
  if (!parts->only_text) return cannot_translate("input[].content[].type");
  if (*role == "assistant") {
    add_assistant(std::move(parts->text));
  } else {
    add_system(parts->text);
  }
  return {};
}

// One agent of Codex's to another. A model has to know who speaks.
Result<> ChatMessages::add_agent_message(const json::object& item) {
  constexpr std::array<std::string_view, 4> kUsed = {"type", "author", "recipient", "content"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  const auto* content = find(item, "content");
  if (content == nullptr) return malformed("input[].content", "a list");
  auto parts = chat_content(*content, "input[].content", dropped_);
  if (!parts) return std::unexpected(std::move(parts.error()));
  std::string text("Message from ");
  text.append(text_of(item, "author")).append(" to ").append(text_of(item, "recipient"));
  add_user(json::string(text.append(":\n").append(parts->text)));
  return {};
}

Result<> ChatMessages::add_function_call(const json::object& item, bool custom) {
  constexpr std::array<std::string_view, 6> kUsed = {"type",      "call_id", "name",
                                                     "namespace", "input",   "arguments"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  auto id = required_text(item, "call_id", kPrefix);
  if (!id) return std::unexpected(std::move(id.error()));
  auto name = required_text(item, "name", kPrefix);
  if (!name) return std::unexpected(std::move(name.error()));
  auto arguments = required_text(item, custom ? "input" : "arguments", kPrefix);
  if (!arguments) return std::unexpected(std::move(arguments.error()));
  const auto chat_name = chat_tool_name(text_of(item, "namespace"), *name);
  if (custom) {
    add_call(*id, {}, chat_name, json_of(json::object{{"input", *arguments}}));
  } else {
    add_call(*id, {}, chat_name, *arguments);
  }
  return {};
}

Result<> ChatMessages::add_local_shell_call(const json::object& item) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "call_id", "action"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  auto arguments = shell_arguments(item);
  if (!arguments) return std::unexpected(std::move(arguments.error()));
  auto id = text_of(item, "call_id");
  const auto own = text_of(item, "id");
  if (id.empty()) id = own;
  if (id.empty()) return malformed("input[].call_id", "a string");
  add_call(id, own, kLocalShellName, json_of(*arguments));
  return {};
}

Result<> ChatMessages::add_tool_search_call(const json::object& item) {
  constexpr std::array<std::string_view, 4> kUsed = {"type", "call_id", "execution", "arguments"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  auto id = required_text(item, "call_id", kPrefix);
  if (!id) return std::unexpected(std::move(id.error()));
  const auto* arguments = find(item, "arguments");
  add_call(*id, {}, kToolSearchName, arguments == nullptr ? "{}" : json_of(*arguments));
  return {};
}

// The tools found are the client's from now on.
Result<> ChatMessages::add_tool_search_output(const json::object& item) {
  constexpr std::array<std::string_view, 4> kUsed = {"type", "call_id", "execution", "tools"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  auto tools = optional_list(item, "tools", kPrefix);
  if (!tools) return std::unexpected(std::move(tools.error()));
  const json::array none;
  const auto& found = *tools == nullptr ? none : **tools;
  if (auto added = tools_.add(found, "input[].tools[]", dropped_); !added) return added;
  auto id = required_text(item, "call_id", kPrefix);
  if (!id) return std::unexpected(std::move(id.error()));
  return add_result(*id, json_of(found), {});
}

Result<> ChatMessages::add_output(const json::object& item, std::string_view id) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "call_id", "output"};
  if (auto known = check_item(item, kUsed, dropped_); !known) return known;
  if (id.empty()) return malformed("input[].call_id", "a string");
  const auto* output = find(item, "output");
  if (output == nullptr) return malformed("input[].output", "a string or a list");
  auto content = chat_content(*output, "input[].output", dropped_);
  if (!content) return std::unexpected(std::move(content.error()));
  json::array others;
  for (auto& part : content->parts) {
    if (text_of(part.get_object(), "type") != "text") others.push_back(std::move(part));
  }
  if (!others.empty() && content->text.empty())
    content->text = "The output is in the next message.";
  return add_result(id, content->text, std::move(others));
}

Result<> ChatMessages::add_call_item(const json::object& item, std::string_view type, bool& known) {
  if (type == "function_call") return add_function_call(item, false);
  if (type == "custom_tool_call") return add_function_call(item, true);
  if (type == "local_shell_call") return add_local_shell_call(item);
  if (type == "tool_search_call") return add_tool_search_call(item);
  if (type == "tool_search_output") return add_tool_search_output(item);
  if (type == "function_call_output" || type == "custom_tool_call_output") {
    return add_output(item, text_of(item, "call_id"));
  }
  if (type == "local_shell_call_output") {
    const auto id = text_of(item, "call_id");
    return add_output(item, id.empty() ? text_of(item, "id") : id);
  }
  known = false;
  return {};
}

Result<> ChatMessages::add_item(const json::object& item) {
  auto type = text_of(item, "type");
  if (type.empty() && find(item, "role") != nullptr) type = "message";
  if (type == "message") return add_message(item);
  bool known = true;
  if (auto added = add_call_item(item, type, known); known) return added;
  if (type == "agent_message") return add_agent_message(item);
  if (type == "additional_tools") {
    auto tools = optional_list(item, "tools", kPrefix);
    if (!tools) return std::unexpected(std::move(tools.error()));
    if (*tools == nullptr) return {};
    return tools_.add(**tools, "input[].tools[]", dropped_);
  }
  if (type == "reasoning") {
    add_reasoning(item);
    return {};
  }
  if (type == "web_search_call") {  // a record without its results
    dropped_.add("input[type=web_search_call]");
    return {};
  }
  return cannot_translate("input[].type", type.empty() ? "(none)" : type);
}

Result<> ChatMessages::add_input(const json::value& input) {
  if (const auto* text = input.if_string()) {
    add_user(*text);
    return {};
  }
  const auto* items = input.if_array();
  if (items == nullptr) return malformed("input", "a string or a list");
  for (const auto& value : *items) {
    const auto* item = value.if_object();
    if (item == nullptr) return malformed("input[]", "an object");
    if (auto added = add_item(*item); !added) return added;
  }
  return {};
}

json::array ChatMessages::take() {
  json::array messages;
  for (auto& entry : entries_) {
    messages.push_back(std::move(entry.message));
    for (auto& result : entry.results) messages.push_back(std::move(result));
    if (!entry.images.empty()) {
      messages.push_back({{"role", "user"}, {"content", std::move(entry.images)}});
    }
  }
  entries_.clear();
  return messages;
}

}  // namespace weir::translation::detail
