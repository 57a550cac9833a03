#include "translation/detail/messages_turns.hpp"

#include <cstddef>
#include <utility>

#include "translation/detail/chat_delta.hpp"
#include "translation/detail/messages_parts.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/detail/thinking.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessage = "messages[].";
constexpr std::string_view kBlock = "messages[].content[].";

constexpr KnownMembers kKnownMessage{{"role", "content"}};
constexpr KnownMembers kKnownSystem{{"role", "content", "clear_at"}, {"output_config"}};
constexpr KnownMembers kKnownCall{{"type", "id", "name", "input"},
                                  {"cache_control", "caller", "toolset_name"}};

// Calls `add` with each block, or with the text if the content is one.
template <class AddBlock, class AddText>
void for_content(const json::object& message, Findings& findings, AddBlock&& add,
                 AddText&& add_whole) {
  findings.check(message, kMessage, kKnownMessage);
  const auto* content = find(message, "content");
  if (content == nullptr) return;
  if (const auto* text = content->if_string()) return add_whole(std::string_view(*text));
  const auto* blocks = content->if_array();
  if (blocks == nullptr) {
    return findings.expect("messages[].content", "a string or an array");
  }
  for (const auto& block : *blocks) {
    const auto* object = block.if_object();
    if (object == nullptr) return findings.expect("messages[].content[]", "an object");
    add(*object);
  }
}

std::size_t last_user(const json::array& messages) {
  for (std::size_t place = messages.size(); place > 0; --place) {
    const auto* message = messages[place - 1].if_object();
    if (message != nullptr && text_of(*message, "role") == "user") return place;
  }
  return 0;
}

}  // namespace

void Turns::add_system(const json::value& system) {
  join_texts(system_, system, "system", findings_);
}

void Turns::add_messages(const json::value& messages) {
  const auto* array = messages.if_array();
  if (array == nullptr) return findings_.expect("messages", "an array");
  const auto last = last_user(*array);
  for (std::size_t place = 0; place < array->size(); ++place) {
    const auto* message = (*array)[place].if_object();
    if (message == nullptr) return findings_.expect("messages[]", "an object");
    add_message(*message, place + 1 < last);
  }
}

json::array Turns::finish() {
  if (!assistant_.empty()) {
    findings_.reject(
        "The conversation ends with a message of the assistant, which the model's upstream, "
        "speaking chat completions only, cannot continue. End it with a user message.");
  }
  end_user();
  if (!system_.empty()) {
    done_.insert(done_.begin(), json::object{{"role", "system"}, {"content", system_}});
  }
  return std::move(done_);
}

void Turns::add_message(const json::object& message, bool user_follows) {
  const auto role = text_of(message, "role");
  if (role == "user") {
    add_user(message);
  } else if (role == "assistant") {
    add_assistant(message);
  } else if (role == "system") {
    add_inline_system(message, user_follows);
  } else {
    findings_.refuse_value("messages[].role", role);
  }
}

void Turns::add_inline_system(const json::object& message, bool user_follows) {
  findings_.check(message, kMessage, kKnownSystem);
  const auto* content = find(message, "content");
  if (content == nullptr) return;
  std::string text;
  join_texts(text, *content, "messages[].content", findings_);
  if (user_follows && text_of(message, "clear_at") == "next_user_message") return;
  const bool leads = done_.empty() && assistant_.empty() && !user_open_;
  if (leads) return join(system_, text);
  end_assistant();
  add_text(parts_, text);
  user_open_ = user_open_ || !text.empty();
}

void Turns::add_user(const json::object& message) {
  end_assistant();
  user_open_ = true;
  for_content(
      message, findings_, [this](const json::object& block) { add_user_block(block); },
      [this](std::string_view text) { add_text(parts_, text); });
}

void Turns::add_user_block(const json::object& block) {
  const auto type = text_of(block, "type");
  if (type == "tool_result") {
    auto result = read_tool_result(block, kBlock, findings_);
    results_.push_back(json::object{{"role", "tool"},
                                    {"tool_call_id", text_of(block, "tool_use_id")},
                                    {"content", result.text}});
    for (auto& part : result.others) parts_.push_back(std::move(part));
  } else if (!add_part(parts_, block, type, kBlock, findings_)) {
    findings_.refuse_value("messages[].content[].type", type);
  }
}

void Turns::add_assistant(const json::object& message) {
  Assistant added;
  for_content(
      message, findings_, [&](const json::object& block) { add_assistant_block(added, block); },
      [&](std::string_view text) { join(added.text, text); });
  join(assistant_.thinking, added.thinking);
  if (added.empty()) return;
  end_user();
  join(assistant_.text, added.text);
  for (auto& call : added.calls) assistant_.calls.push_back(std::move(call));
}

void Turns::add_assistant_block(Assistant& assistant, const json::object& block) {
  const auto type = text_of(block, "type");
  if (type == "text") {
    json::array parts;
    if (add_part(parts, block, type, kBlock, findings_)) join(assistant.text, text_of(block, type));
  } else if (type == "tool_use") {
    add_call(assistant, block);
  } else if (const auto thinking = type == "thinking" ? reasoning_of(block) : std::string_view{};
             !thinking.empty()) {
    join(assistant.thinking, thinking);
  } else if (type == "thinking" || type == "redacted_thinking" || type == "fallback") {
    findings_.drop(path_of(kBlock, type));
  } else {
    findings_.refuse_value("messages[].content[].type", type);
  }
}

void Turns::add_call(Assistant& assistant, const json::object& block) {
  findings_.check(block, kBlock, kKnownCall);
  const auto* input = find(block, "input");
  if (input != nullptr && !input->is_object()) {
    findings_.expect(path_of(kBlock, "input"), "an object");
  }
  const auto id = findings_.required_text(block, kBlock, "id");
  const auto name = findings_.required_text(block, kBlock, "name");
  assistant.calls.push_back(json::object{
      {"id", id},
      {"type", "function"},
      {"function",
       json::object{{"name", name}, {"arguments", input == nullptr ? "{}" : json_of(*input)}}}});
}

void Turns::end_user() {
  if (!user_open_) return;
  add_user_turn(done_, std::move(results_), std::move(parts_));
  results_ = {};
  parts_ = {};
  user_open_ = false;
}

// DeepSeek and Kimi require their model's thinking back with the calls that it led to; without
// calls, servers ignore or refuse it.
void Turns::end_assistant() {
  const bool thinks = !assistant_.thinking.empty() && !assistant_.calls.empty();
  if (!assistant_.thinking.empty() && !thinks) findings_.drop(path_of(kBlock, "thinking"));
  if (assistant_.empty()) {
    assistant_.thinking.clear();
    return;
  }
  json::object message{{"role", "assistant"}};
  auto& content = message["content"];
  if (!assistant_.text.empty()) content = assistant_.text;
  if (thinks) message[kReasoningContent] = assistant_.thinking;
  if (!assistant_.calls.empty()) message["tool_calls"] = std::move(assistant_.calls);
  done_.push_back(std::move(message));
  assistant_ = {};
}

}  // namespace weir::translation::detail
