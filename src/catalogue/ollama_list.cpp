#include "catalogue/ollama_list.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "catalogue/list_query.hpp"
#include "codec/etag.hpp"
#include "codec/json_text.hpp"

namespace weir::catalogue {
namespace {

using codec::JsonWriter;

// The name under which `model_info` has the facts; a real one is not known.
constexpr std::string_view kArchitecture = "weir";
constexpr std::string_view kNever = "9999-12-31T23:59:59Z";

std::string modified_at(const Model& model) {
  const std::chrono::sys_seconds at{std::chrono::seconds(model.facts.created.value_or(0))};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", at);
}

// 64 hexadecimal digits, as clients expect: they compare and shorten it.
std::string digest(std::string_view id) {
  const auto tag = codec::strong_etag(id);
  const auto half = std::string_view(tag).substr(1, tag.size() - 2);
  return std::string(half).append(half);
}

std::optional<std::int64_t> context_of(const Model& model) {
  return model.facts.max_model_len ? model.facts.max_model_len : model.facts.context_length;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string_view> capabilities_of(const Model& model) {
  const auto& facts = model.facts;
  std::vector<std::string_view> found;
  if (model.model_class.sub_types.contains(SubType::embedding)) found.push_back("embedding");
  if (!model.model_class.sub_types.contains(SubType::chat)) return found;
  found.push_back("completion");
  if (has(facts.capabilities, "tools")) found.push_back("tools");
  if (has(facts.capabilities, "vision") || has(facts.input_modalities, "image")) {
    found.push_back("vision");
  }
  if (has(facts.capabilities, "reasoning")) found.push_back("thinking");
  return found;
}

void write_details(JsonWriter& json) {
  json.key("details").begin_object();
  json.key("parent_model").value("").key("format").value("").key("family").value("");
  json.key("families").begin_array().end_array();
  json.key("parameter_size").value("").key("quantization_level").value("").end_object();
}

void write_capabilities(JsonWriter& json, const Model& model) {
  json.key("capabilities").begin_array();
  for (const auto capability : capabilities_of(model)) json.value(capability);
  json.end_array();
}

void write_row(JsonWriter& json, const Model& model) {
  const auto name = ollama_name(model.id);
  json.key("name").value(name).key("model").value(name);
  json.key("size").value(0).key("digest").value(digest(model.id));
  write_details(json);
}

template <class WriteRow>
std::string render(const Catalogue& catalogue, const Scope& scope, WriteRow write) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("models").begin_array();
  const ListQuery available;
  for (const Model& model : catalogue.models()) {
    if (!speaks_ollama(model) || !available.admits(model) || !scope.admits(model)) continue;
    json.begin_object();
    write(json, model);
    json.end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace

std::string ollama_name(std::string_view id) {
  const auto slash = id.rfind('/');
  const auto last = slash == id.npos ? id : id.substr(slash + 1);
  return std::string(id).append(last.contains(':') ? "" : ":latest");
}

bool speaks_ollama(const Model& model) {
  constexpr SubTypes kCallable{SubType::chat, SubType::embedding};
  return model.model_class.sub_types.intersects(kCallable);
}

std::string render_ollama_tags(const Catalogue& catalogue, const Scope& scope) {
  return render(catalogue, scope, [](JsonWriter& json, const Model& model) {
    write_row(json, model);
    json.key("modified_at").value(modified_at(model));
    write_capabilities(json, model);
  });
}

std::string render_ollama_processes(const Catalogue& catalogue, const Scope& scope) {
  return render(catalogue, scope, [](JsonWriter& json, const Model& model) {
    write_row(json, model);
    json.key("expires_at").value(kNever).key("size_vram").value(0);
    if (const auto context = context_of(model)) json.key("context_length").value(*context);
  });
}

std::string render_ollama_model(const Model& model) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (const auto* name : {"license", "modelfile", "parameters", "template"}) {
    json.key(name).value("");
  }
  write_details(json);
  json.key("model_info").begin_object().key("general.architecture").value(kArchitecture);
  json.key("general.basename").value(model.id);
  if (const auto context = context_of(model)) {
    json.key(fmt::format("{}.context_length", kArchitecture)).value(*context);
  }
  json.end_object();
  write_capabilities(json, model);
  json.key("modified_at").value(modified_at(model)).end_object();
  return out;
}

}  // namespace weir::catalogue
