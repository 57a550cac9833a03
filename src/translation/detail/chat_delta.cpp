#include "translation/detail/chat_delta.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/members.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

const json::object* object_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* array_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::int64_t integer_of(const json::object& object, std::string_view name, std::int64_t otherwise) {
  const auto* value = object.if_contains(name);
  const auto* integer = value == nullptr ? nullptr : value->if_int64();
  return integer == nullptr ? otherwise : *integer;
}

void add_parts(ChatDelta& delta, const json::array& parts) {
  for (const auto& part : parts) {
    const auto* object = part.if_object();
    if (object == nullptr) continue;
    delta.text += text_of(*object, "text");
    if (const auto* thinking = array_of(*object, "thinking")) {
      for (const auto& piece : *thinking) {
        if (const auto* inner = piece.if_object()) delta.reasoning += text_of(*inner, "text");
      }
    }
  }
}

void add_call(ChatDelta& delta, const json::object& call, std::size_t place) {
  const auto* function = object_of(call, "function");
  const auto at = integer_of(call, "index", static_cast<std::int64_t>(place));
  ToolCallDelta piece{.index = at < 0 ? place : static_cast<std::size_t>(at),
                      .id = text_of(call, "id")};
  if (function != nullptr) {
    piece.name = text_of(*function, "name");
    piece.arguments = text_of(*function, "arguments");
  }
  const auto* extra = object_of(call, "extra_content");
  const auto* google = extra == nullptr ? nullptr : object_of(*extra, "google");
  if (google != nullptr) piece.signature = text_of(*google, "thought_signature");
  delta.tool_calls.push_back(piece);
}

void read_message(ChatDelta& delta, const json::object& message) {
  delta.text = text_of(message, "content");
  if (const auto* parts = array_of(message, "content")) add_parts(delta, *parts);
  if (!delta.reasoning.empty()) delta.reasoning_member = "content";
  for (const auto member : {kReasoningContent, std::string_view("reasoning")}) {
    const auto reasoning = text_of(message, member);
    if (reasoning.empty()) continue;
    delta.reasoning = reasoning;
    delta.reasoning_member = member;
    break;
  }
  delta.refusal = text_of(message, "refusal");
  if (const auto* calls = array_of(message, "tool_calls")) {
    for (std::size_t place = 0; place < calls->size(); ++place) {
      if (const auto* call = (*calls)[place].if_object()) add_call(delta, *call, place);
    }
  }
}

}  // namespace

ChatDelta read_chat(const json::object& chat) {
  ChatDelta delta{.id = text_of(chat, "id"), .created = integer_of(chat, "created", 0)};
  delta.usage = object_of(chat, "usage");
  const auto* choices = array_of(chat, "choices");
  if (choices == nullptr || choices->empty()) return delta;
  const auto* choice = choices->front().if_object();
  if (choice == nullptr) return delta;
  if (delta.usage == nullptr) delta.usage = object_of(*choice, "usage");
  delta.finish_reason = text_of(*choice, "finish_reason");
  delta.stop_sequence = text_of(*choice, "stop_reason");
  if (delta.stop_sequence.empty()) delta.stop_sequence = text_of(*choice, "matched_stop");
  const auto* message = object_of(*choice, "delta");
  if (message == nullptr) message = object_of(*choice, "message");
  if (message != nullptr) read_message(delta, *message);
  return delta;
}

}  // namespace weir::translation::detail
