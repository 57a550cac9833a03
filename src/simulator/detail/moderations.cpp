// POST /moderations: nothing is harmful, unless a text has the word "harmful".
//
// Source: OpenAI API reference, "Create moderation", read 2026-11.
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

struct Category {
  std::string_view name;
  bool sees_pictures;
};
constexpr Category kCategories[] = {
    {"harassment", false},
    {"harassment/threatening", false},
    {"hate", false},
    {"hate/threatening", false},
    {"illicit", false},
    {"illicit/violent", false},
    {"self-harm", true},
    {"self-harm/instructions", true},
    {"self-harm/intent", true},
    {"sexual", true},
    {"sexual/minors", false},
    {"violence", true},
    {"violence/graphic", true},
};
constexpr std::size_t kMaxTexts = 1000;

struct Input {
  std::string_view text;  ///< itself, or its member `text`; a picture has none
  bool is_picture = false;
};

Input read_input(const json::value& input) {
  const auto* object = input.if_object();
  const auto* member = object ? object->if_contains("text") : &input;
  const auto* text = member ? member->if_string() : nullptr;
  return {text ? std::string_view(*text) : std::string_view{}, text == nullptr};
}

std::vector<Input> read_inputs(Fields& fields) {
  const auto* value = fields.find("input");
  if (value && value->if_string()) return {read_input(*value)};
  const auto* list = value ? value->if_array() : nullptr;
  if (!list || list->empty() || list->size() > kMaxTexts) {
    fields.expect("input", "a text, or a list of 1 to 1000 inputs");
    return {};
  }
  std::vector<Input> inputs;
  for (const auto& input : *list) inputs.push_back(read_input(input));
  return inputs;
}

void write_result(codec::JsonWriter& json, const Input& input) {
  const bool flagged = input.text.contains("harmful");
  const auto applies = [&](const Category& category) {
    return flagged && category.name == "harassment";
  };
  json.begin_object().key("flagged").value(flagged).key("categories").begin_object();
  for (const auto& each : kCategories) json.key(each.name).value(applies(each));
  json.end_object().key("category_scores").begin_object();
  for (const auto& each : kCategories) json.key(each.name).value(applies(each) ? 1 : 0);
  json.end_object().key("category_applied_input_types").begin_object();
  for (const auto& each : kCategories) {
    json.key(each.name).begin_array();
    if (!input.is_picture) json.value("text");
    if (input.is_picture && each.sees_pictures) json.value("image");
    json.end_array();
  }
  json.end_object().end_object();
}

}  // namespace

Outcome<Script> moderations(Fields& fields, const Asked& asked) {
  const auto inputs = read_inputs(fields);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("id").value(asked.id("modr-")).key("model").value(asked.model->id);
  json.key("results").begin_array();
  for (const auto& input : inputs) write_result(json, input);
  json.end_array().end_object();
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
