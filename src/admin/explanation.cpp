#include "admin/explanation.hpp"

#include <optional>

#include "admin/model_json.hpp"

namespace weir::admin {
namespace {

using codec::JsonWriter;

void write_said(JsonWriter& json, const std::optional<catalogue::ModelClass>& model_class) {
  json.key("says");
  if (!model_class) {
    json.null();
    return;
  }
  json.begin_object();
  write_class(json, *model_class);
  json.end_object();
}

void write_word(JsonWriter& json, const catalogue::UpstreamWord& word) {
  json.begin_object().key("upstream").value(word.upstream).key("model").value(word.model);
  write_said(json, word.model_class);
  json.end_object();
}

void write_step(JsonWriter& json, const catalogue::ExplainedStep& step) {
  json.begin_object().key("step").value(name(step.source)).key("looked_at").value(step.id);
  write_said(json, step.model_class);
  json.key("rule").value(step.rule).key("decides").value(step.decides).end_object();
}

}  // namespace

std::string render_explanation(std::string_view asked, const catalogue::Explanation& explanation) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("asked").value(asked).key("model");
  if (explanation.model) {
    write_model(json, *explanation.model);
  } else {
    json.null();
  }
  json.key("upstreams").begin_array();
  for (const auto& word : explanation.words) write_word(json, word);
  json.end_array().key("steps").begin_array();
  for (const auto& step : explanation.steps) write_step(json, step);
  json.end_array().end_object();
  return text;
}

}  // namespace weir::admin
