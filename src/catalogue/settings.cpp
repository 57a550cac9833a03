#include "catalogue/settings.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "catalogue/build.hpp"
#include "config/schema.hpp"
#include "config/text_check.hpp"

namespace weir::catalogue {
namespace {

using config::Apply;
using config::Complaint;
using config::integer;
using config::list_of;

config::Type<std::string> model_id() {
  return config::text(fmt::format("1 to {} characters, no control characters", kMaxIdBytes),
                      [](std::string_view text) {
                        return text.size() <= kMaxIdBytes && config::is_filled_text(text);
                      });
}

/// Suggests sub_types for `type: embedding`, a likely mistake.
config::Type<Type> type_word() {
  config::Type<Type> type = config::one_of(kTypeNames);
  type.read = [read = type.read](config::Reader& reader, const config::Node& node, Type& out) {
    if (!parse_sub_type(node.text)) return read(reader, node, out);
    reader.reject_for(node, "is a sub type", fmt::format("sub_types: [{}] instead", node.text));
  };
  return type;
}

config::Type<std::vector<std::string>> modalities() {
  return list_of(config::one_of({"text", "image", "audio", "video", "file"}));
}

config::Schema<RouteSettings> route_schema() {
  config::Schema<RouteSettings> schema(Apply::live);
  schema
      .required("name", &RouteSettings::name,
                config::text("the name of an entry of upstreams", config::is_name), "The upstream.")
      .field("model", &RouteSettings::model, config::text("an id", config::is_plain_text),
             "The model's id there; empty where it is the same.")
      .field("priority", &RouteSettings::priority, integer<int>({1, 1'000, "first"}),
             "Instead of the upstream's priority: lower ones are called first.")
      .field("weight", &RouteSettings::weight, integer<int>({1, 1'000}),
             "Instead of the upstream's weight.");
  return schema;
}

config::Schema<ModelFacts> facts_schema() {
  constexpr config::Range kTokens{1, 1'000'000'000};
  config::Schema<ModelFacts> schema(Apply::live);
  schema
      .field("context_length", &ModelFacts::context_length, integer<std::int64_t>(kTokens),
             "Tokens the model was made for.")
      .field("max_model_len", &ModelFacts::max_model_len, integer<std::int64_t>(kTokens),
             "Tokens that this serving of it accepts.")
      .field("max_output_tokens", &ModelFacts::max_output_tokens, integer<std::int64_t>(kTokens),
             "Tokens it can answer at most.")
      .field("created", &ModelFacts::created, integer<std::int64_t>({1, 4'102'444'800, "unknown"}),
             "When it was made, in seconds since 1970.")
      .field("owned_by", &ModelFacts::owned_by, config::text("a text", config::is_plain_text),
             "Whose it is.")
      .field("input_modalities", &ModelFacts::input_modalities, modalities(), "What it takes.")
      .field("output_modalities", &ModelFacts::output_modalities, modalities(), "What it gives.")
      .field("capabilities", &ModelFacts::capabilities,
             list_of(config::text("a word such as tools, vision, reasoning or json_mode",
                                  config::is_name)),
             "What else it can do.");
  return schema;
}

std::optional<Complaint> type_agrees(const ModelSettings& model) {
  if (!model.type || model.sub_types.empty()) return std::nullopt;
  SubTypes sub_types;
  for (SubType sub_type : model.sub_types) sub_types.insert(sub_type);
  if (types_of(sub_types).contains(*model.type)) return std::nullopt;
  return Complaint{
      "type",
      fmt::format("{} contradicts sub_types, which are of another type", wire_name(*model.type)),
      "sub_types alone: the type follows from them"};
}

std::optional<Complaint> pattern_has_no_upstreams(const ModelSettings& model) {
  const bool pattern = model.id.find_first_of("*?") != std::string::npos;
  if (!pattern || model.upstreams.empty()) return std::nullopt;
  return Complaint{"upstreams", "cannot go with a pattern as id",
                   "none: a pattern corrects models that upstreams list"};
}

}  // namespace

config::Schema<ModelSettings> model_schema() {
  config::Schema<ModelSettings> schema(Apply::live);
  schema
      .required("id", &ModelSettings::id, model_id(),
                "The id clients use. With `*` or `?` it corrects every model that matches and "
                "declares none.")
      .field("sub_types", &ModelSettings::sub_types, list_of(config::one_of(kSubTypeNames)),
             "What it is for; an empty list leaves it to be found out.")
      .field("type", &ModelSettings::type, type_word(),
             "Only for a model outside all sub types: the types of the others follow.")
      .embed(&ModelSettings::facts, facts_schema())
      .list("upstreams", &ModelSettings::upstreams, route_schema(),
            "Where it is served, if it is to be declared and not just corrected.", "name",
            &RouteSettings::name)
      .field("hidden", &ModelSettings::hidden, config::boolean(),
             "Takes it out of every list and refuses calls.")
      .check(type_agrees)
      .check(pattern_has_no_upstreams);
  return schema;
}

}  // namespace weir::catalogue
