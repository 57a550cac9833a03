#include "admin/model_json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weir::admin {
namespace {

using codec::JsonWriter;

void write_known(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) json.key(key).value(*value);
}

void write_known(JsonWriter& json, std::string_view key, const std::vector<std::string>& words) {
  if (words.empty()) return;
  json.key(key).begin_array();
  for (const auto& word : words) json.value(word);
  json.end_array();
}

void write_facts(JsonWriter& json, const catalogue::Model& model) {
  const catalogue::ModelFacts& facts = model.facts;
  json.key("owned_by").value(facts.owned_by.value_or(""));
  write_known(json, "context_length", facts.context_length);
  write_known(json, "max_model_len", facts.max_model_len);
  write_known(json, "max_output_tokens", facts.max_output_tokens);
  write_known(json, "input_modalities", facts.input_modalities);
  write_known(json, "output_modalities", facts.output_modalities);
  write_known(json, "capabilities", facts.capabilities);
  if (model.registry_facts.empty()) return;
  json.key("registry").value(model.registry).key("registry_facts").begin_array();
  model.registry_facts.for_each([&](catalogue::Fact fact) { json.value(wire_name(fact)); });
  json.end_array();
}

void write_routes(JsonWriter& json, const catalogue::Model& model) {
  json.key("routes").begin_array();
  for (const catalogue::Route& route : model.routes) {
    json.begin_object().key("upstream").value(route.upstream).key("model").value(route.model);
    json.key("listed").value(route.listed).key("status").value(wire_name(route.status));
    json.key("reason").value(name(route.reason)).end_object();
  }
  json.end_array();
}

}  // namespace

void write_class(JsonWriter& json, const catalogue::ModelClass& model_class) {
  json.key("types").begin_array();
  model_class.types.for_each([&](auto type) { json.value(wire_name(type)); });
  json.end_array().key("sub_types").begin_array();
  model_class.sub_types.for_each([&](auto sub_type) { json.value(wire_name(sub_type)); });
  json.end_array();
}

void write_model(JsonWriter& json, const catalogue::Model& model) {
  json.begin_object().key("id").value(model.id);
  write_class(json, model.model_class);
  json.key("class_source").value(name(model.class_source));
  json.key("class_rule").value(model.class_rule);
  json.key("status").value(wire_name(model.status));
  write_facts(json, model);
  write_routes(json, model);
  json.end_object();
}

}  // namespace weir::admin
