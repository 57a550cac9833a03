#include "catalogue/render.hpp"

#include <optional>
#include <vector>

#include "codec/json_text.hpp"

namespace weir::catalogue {
namespace {

using codec::JsonWriter;

void write(JsonWriter& json, std::string_view name, const std::optional<std::int64_t>& number) {
  if (number) json.key(name).value(*number);
}

void write(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(name).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

// The type of the first sub type, or its own type if it is outside all of them.
std::optional<Type> main_type(const ModelClass& model_class) {
  std::optional<Type> first;
  const auto keep_first = [&](Type type) { first = first.value_or(type); };
  model_class.sub_types.for_each([&](SubType sub_type) { keep_first(type_of(sub_type)); });
  if (!first) model_class.types.for_each(keep_first);
  return first;
}

void write_class(JsonWriter& json, const ModelClass& model_class) {
  if (const auto type = main_type(model_class)) json.key("type").value(wire_name(*type));
  if (model_class.sub_types.empty()) return;
  json.key("sub_types").begin_array();
  model_class.sub_types.for_each([&](SubType sub_type) { json.value(wire_name(sub_type)); });
  json.end_array();
}

// Writes which facts come only from a registry, and from which one.
void write_sources(JsonWriter& json, const Model& model) {
  if (model.registry_facts.empty()) return;
  json.key("sources").begin_object();
  model.registry_facts.for_each(
      [&](Fact fact) { json.key(wire_name(fact)).value(model.registry); });
  json.end_object();
}

void write_details(JsonWriter& json, const Model& model) {
  const ModelFacts& facts = model.facts;
  write_class(json, model.model_class);
  write(json, "context_length", facts.context_length);
  write(json, "max_model_len", facts.max_model_len);
  write(json, "max_output_tokens", facts.max_output_tokens);
  write(json, "input_modalities", facts.input_modalities);
  write(json, "output_modalities", facts.output_modalities);
  write(json, "capabilities", facts.capabilities);
  write_sources(json, model);
  json.key("status").value(wire_name(model.status));
}

void write_model(JsonWriter& json, const Model& model, View view) {
  json.begin_object();
  json.key("id").value(model.id).key("object").value("model");
  json.key("created").value(model.facts.created.value_or(0));
  json.key("owned_by").value(model.facts.owned_by ? std::string_view(*model.facts.owned_by) : "");
  if (view == View::full) write_details(json, model);
  json.end_object();
}

}  // namespace

std::string render_model(const Model& model, View view) {
  std::string out;
  JsonWriter json(out);
  write_model(json, model, view);
  return out;
}

std::string render_list(const Catalogue& catalogue, const Scope& scope, const ListQuery& query) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("object").value("list").key("data").begin_array();
  for (const Model& model : catalogue.models()) {
    if (query.admits(model) && scope.admits(model)) write_model(json, model, query.view);
  }
  json.end_array().end_object();
  out.shrink_to_fit();  // stored as long as the catalogue lives
  return out;
}

}  // namespace weir::catalogue
