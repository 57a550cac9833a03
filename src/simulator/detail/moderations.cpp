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

constexpr std::string_view kCategories[] = {"harassment", "hate",   "illicit",
                                            "self-harm",  "sexual", "violence"};
constexpr std::size_t kMaxTexts = 1000;

/// The text of an input: itself, or its member `text`; a picture has none.
std::string_view text_of(const json::value& input) {
  const auto* object = input.if_object();
  const auto* member = object ? object->if_contains("text") : &input;
  const auto* text = member ? member->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view{};
}

std::vector<std::string_view> read_inputs(Fields& fields) {
  const auto* value = fields.find("input");
  if (value && value->if_string()) return {text_of(*value)};
  const auto* list = value ? value->if_array() : nullptr;
  if (!list || list->empty() || list->size() > kMaxTexts) {
    fields.expect("input", "a text, or a list of 1 to 1000 inputs");
    return {};
  }
  std::vector<std::string_view> texts;
  for (const auto& input : *list) texts.push_back(text_of(input));
  return texts;
}

void write_result(codec::JsonWriter& json, std::string_view text) {
  const bool flagged = text.contains("harmful");
  json.begin_object().key("flagged").value(flagged).key("categories").begin_object();
  for (const auto category : kCategories) {
    json.key(category).value(flagged && category == "harassment");
  }
  json.end_object().key("category_scores").begin_object();
  for (const auto category : kCategories) {
    json.key(category).value(flagged && category == "harassment" ? 1 : 0);
  }
  json.end_object().end_object();
}

}  // namespace

Outcome<Script> moderations(Fields& fields, const Asked& asked) {
  const auto texts = read_inputs(fields);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("id").value(asked.id("modr-")).key("model").value(asked.model->id);
  json.key("results").begin_array();
  for (const auto text : texts) write_result(json, text);
  json.end_array().end_object();
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
