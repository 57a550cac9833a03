#include "simulator/detail/conversation.hpp"

#include <optional>

#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessagesExpected = "a non-empty list of objects with role and content";
constexpr std::string_view kTextExpected = "a string or a list of parts";

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

std::string_view text_of_part(const json::value& part) {
  const auto* object = part.if_object();
  const auto* text = object ? object->if_contains("text") : nullptr;
  const auto* string = text ? text->if_string() : nullptr;
  return string ? view(*string) : std::string_view{};
}

std::optional<std::string> text_of(const json::value& content) {
  if (content.is_null()) return std::string();
  if (const auto* text = content.if_string()) return std::string(view(*text));
  const auto* parts = content.if_array();
  if (!parts) return std::nullopt;
  std::string joined;
  for (const auto& part : *parts) {
    const auto text = text_of_part(part);
    if (!joined.empty() && !text.empty()) joined += '\n';
    joined += text;
  }
  return joined;
}

bool add_message(const json::value& message, Conversation& conversation) {
  const auto* object = message.if_object();
  if (!object) return false;
  const auto* role = object->if_contains("role");
  if (!role) return true;
  const auto* content = object->if_contains("content");
  const auto text = content ? text_of(*content) : std::string();
  if (!role->is_string() || !text) return false;
  conversation.add(view(role->get_string()), *text);
  return true;
}

}  // namespace

void Conversation::add(std::string_view role, std::string_view text) {
  tokens += synthetic::count_tokens(text);
  seed = synthetic::hash(text, synthetic::hash(role, seed));
  if (role == "user") question = text;
}

void read_messages(Fields& fields, std::string_view name, Conversation& conversation) {
  const json::value* value = fields.find(name);
  const auto* list = value ? value->if_array() : nullptr;
  if (!list || list->empty()) return fields.expect(name, kMessagesExpected);
  for (const auto& message : *list) {
    if (!add_message(message, conversation)) return fields.expect(name, kMessagesExpected);
  }
}

void read_system_text(Fields& fields, std::string_view name, Conversation& conversation) {
  const json::value* value = fields.find(name);
  if (!value) return;
  const auto text = text_of(*value);
  if (!text) return fields.expect(name, kTextExpected);
  conversation.add("system", *text);
}

}  // namespace weir::simulator::detail
