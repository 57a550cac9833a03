#include "translation/detail/ollama_turns.hpp"

#include <algorithm>
#include <utility>

#include "translation/detail/serialize.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessage = "messages[].";
constexpr std::string_view kCall = "messages[].tool_calls[].";

// The type of an image is not said: the first bytes tell, in base64.
std::string data_url(std::string_view base64) {
  struct Start {
    std::string_view base64;
    std::string_view type;
  };
  static constexpr Start kStarts[] = {
      {"/9j/", "image/jpeg"}, {"R0lG", "image/gif"}, {"UklG", "image/webp"}, {"Qk", "image/bmp"}};
  if (base64.starts_with("data:")) return std::string(base64);
  const auto* known = std::ranges::find_if(
      kStarts, [&](const Start& start) { return base64.starts_with(start.base64); });
  const auto type = known == std::end(kStarts) ? std::string_view("image/png") : known->type;
  return std::string("data:").append(type).append(";base64,").append(base64);
}

json::object message_of(std::string_view role, json::value content) {
  return {{"role", role}, {"content", std::move(content)}};
}

bool has_images(const json::object& message) {
  const auto* images = find(message, "images");
  const auto* list = images == nullptr ? nullptr : images->if_array();
  return images != nullptr && (list == nullptr || !list->empty());
}

}  // namespace

void OllamaTurns::add_messages(const json::value& messages) {
  const auto* array = messages.if_array();
  if (array == nullptr) return findings_.expect("messages", "an array");
  for (const auto& message : *array) {
    const auto* object = message.if_object();
    if (object == nullptr) return findings_.expect("messages[]", "an object");
    add_message(*object);
  }
}

void OllamaTurns::add_system(std::string_view text) {
  if (!text.empty()) done_.push_back(message_of("system", json::value(text)));
}

void OllamaTurns::add_prompt(std::string_view text, const json::value* images) {
  done_.push_back(message_of("user", content_with(text, images, "images")));
}

void OllamaTurns::add_message(const json::object& message) {
  const auto role = findings_.required_text(message, kMessage, "role");
  if (role == "user") {
    const auto text = findings_.text(message, kMessage, "content");
    done_.push_back(
        message_of(role, content_with(text, find(message, "images"), "messages[].images")));
    return;
  }
  if (has_images(message)) findings_.refuse("messages[].images");
  if (role == "assistant") return add_assistant(message);
  if (role == "tool") return add_result(message);
  if (role != "system") return findings_.refuse_value("messages[].role", role);
  done_.push_back(message_of(role, json::value(findings_.text(message, kMessage, "content"))));
}

// Servers differ in the member that takes earlier thinking, and refuse those of others.
void OllamaTurns::add_assistant(const json::object& message) {
  open_.clear();
  if (!findings_.text(message, kMessage, "thinking").empty()) {
    findings_.drop("messages[].thinking");
  }
  auto said = message_of("assistant", json::value(findings_.text(message, kMessage, "content")));
  if (const auto* calls = find(message, "tool_calls")) {
    const auto* array = calls->if_array();
    if (array == nullptr) return findings_.expect("messages[].tool_calls", "an array");
    json::array list;
    for (const auto& call : *array) {
      const auto* object = call.if_object();
      if (object == nullptr) return findings_.expect("messages[].tool_calls[]", "an object");
      list.push_back(call_of(*object));
    }
    if (!list.empty()) said["tool_calls"] = std::move(list);
  }
  done_.push_back(std::move(said));
}

json::value OllamaTurns::call_of(const json::object& call) {
  const auto* value = find(call, "function");
  const auto* function = value == nullptr ? nullptr : value->if_object();
  if (function == nullptr) {
    findings_.expect(path_of(kCall, "function"), "an object");
    return nullptr;
  }
  const auto name = findings_.required_text(*function, "messages[].tool_calls[].function.", "name");
  const auto given = findings_.text(call, kCall, "id");
  const auto id = given.empty() ? "call_" + std::to_string(calls_) : std::string(given);
  ++calls_;
  open_.add(id, name);
  // Some clients keep the text of the arguments.
  const auto* arguments = find(*function, "arguments");
  std::string text = "{}";
  if (arguments != nullptr) {
    text = arguments->is_string() ? std::string(arguments->get_string()) : json_of(*arguments);
  }
  return json::object{{"id", id},
                      {"type", "function"},
                      {"function", json::object{{"name", name}, {"arguments", text}}}};
}

void OllamaTurns::add_result(const json::object& message) {
  const auto id = findings_.text(message, kMessage, "tool_call_id");
  auto name = findings_.text(message, kMessage, "tool_name");
  if (name.empty()) name = findings_.text(message, kMessage, "name");
  auto result = message_of("tool", json::value(findings_.text(message, kMessage, "content")));
  result["tool_call_id"] = take_open_call(id, name);
  done_.push_back(std::move(result));
}

std::string OllamaTurns::take_open_call(std::string_view id, std::string_view name) {
  auto taken = open_.take(id, name);
  if (!taken.empty()) return taken;
  return id.empty() ? "call_" + std::to_string(calls_++) : std::string(id);
}

void OllamaTurns::OpenCalls::add(std::string id, std::string_view name) {
  const auto place = ids_.size();
  by_id_[id].push_back(place);
  by_name_[std::string(name)].push_back(place);
  ids_.push_back(std::move(id));
  taken_.push_back(false);
}

std::optional<std::size_t> OllamaTurns::OpenCalls::first_of(Places& places, std::string_view key) {
  const auto found = places.find(key);
  if (found == places.end()) return std::nullopt;
  auto& waiting = found->second;
  while (!waiting.empty() && taken_[waiting.front()]) waiting.pop_front();
  if (waiting.empty()) return std::nullopt;
  return waiting.front();
}

std::string OllamaTurns::OpenCalls::take(std::string_view id, std::string_view name) {
  std::optional<std::size_t> place;
  if (!id.empty()) {
    place = first_of(by_id_, id);
  } else {
    if (!name.empty()) place = first_of(by_name_, name);
    while (first_ < ids_.size() && taken_[first_]) ++first_;
    if (!place && first_ < ids_.size()) place = first_;
  }
  if (!place) return {};
  taken_[*place] = true;
  return ids_[*place];
}

json::value OllamaTurns::content_with(std::string_view text, const json::value* images,
                                      std::string_view path) {
  const auto* array = images == nullptr ? nullptr : images->if_array();
  if (images != nullptr &&
      (array == nullptr || !std::ranges::all_of(*array, &json::value::is_string))) {
    findings_.expect(path, "an array of base64 strings");
    return nullptr;
  }
  if (array == nullptr || array->empty()) return json::value(text);
  json::array parts;
  if (!text.empty()) parts.push_back(json::object{{"type", "text"}, {"text", text}});
  for (const auto& image : *array) {
    parts.push_back(json::object{
        {"type", "image_url"}, {"image_url", json::object{{"url", data_url(image.get_string())}}}});
  }
  return parts;
}

}  // namespace weir::translation::detail
