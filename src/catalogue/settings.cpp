#include "catalogue/settings.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "catalogue/build.hpp"
#include "codec/glob.hpp"
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
                config::text("the name of an entry in upstreams", config::is_name),
                "Name of the upstream.")
      .field("model", &RouteSettings::model, config::text("a model id", config::is_plain_text),
             "The model's id at the upstream; empty if it is the same.")
      .field("priority", &RouteSettings::priority, integer<int>({1, 1'000, "first"}),
             "Overrides the upstream's priority.")
      .field("weight", &RouteSettings::weight, integer<int>({1, 1'000}),
             "Overrides the upstream's weight.");
  return schema;
}

config::Schema<ModelFacts> facts_schema() {
  constexpr config::Range kTokens{1, 1'000'000'000};
  config::Schema<ModelFacts> schema(Apply::live);
  schema
      .field("context_length", &ModelFacts::context_length, integer<std::int64_t>(kTokens),
             "Context length that the model was trained for, in tokens.")
      .field("max_model_len", &ModelFacts::max_model_len, integer<std::int64_t>(kTokens),
             "Context length that the upstream accepts, in tokens.")
      .field("max_output_tokens", &ModelFacts::max_output_tokens, integer<std::int64_t>(kTokens),
             "Maximum number of output tokens.")
      .field("created", &ModelFacts::created, integer<std::int64_t>({1, 4'102'444'800, "unknown"}),
             "Creation time, in seconds since 1970.")
      .field("owned_by", &ModelFacts::owned_by, config::text("a string", config::is_plain_text),
             "Owner.")
      .field("input_modalities", &ModelFacts::input_modalities, modalities(), "Kinds of input.")
      .field("output_modalities", &ModelFacts::output_modalities, modalities(), "Kinds of output.")
      .field("capabilities", &ModelFacts::capabilities,
             list_of(config::text("a word such as tools, vision, reasoning or json_mode",
                                  config::is_name)),
             "Other capabilities.");
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
      "sub_types only: they determine the type"};
}

std::optional<Complaint> aliases_are_ids(const ModelSettings& model) {
  if (model.aliases.empty()) return std::nullopt;
  if (codec::is_glob(model.id)) {
    return Complaint{"aliases", "cannot be used with a pattern as id",
                     "none: an alias is another id of one model"};
  }
  const auto is_no_id = [](const std::string& alias) {
    return codec::is_glob(alias) || trim(alias).empty();
  };
  if (std::ranges::none_of(model.aliases, is_no_id)) return std::nullopt;
  return Complaint{"aliases", "has a pattern, or an empty one", "ids without `*` and `?`"};
}

std::optional<Complaint> pattern_has_no_upstreams(const ModelSettings& model) {
  if (!codec::is_glob(model.id) || model.upstreams.empty()) return std::nullopt;
  return Complaint{"upstreams", "cannot be used with a pattern as id",
                   "none: a pattern only corrects models that upstreams list"};
}

}  // namespace

config::Schema<ModelSettings> model_schema() {
  config::Schema<ModelSettings> schema(Apply::live);
  schema
      .required("id", &ModelSettings::id, model_id(),
                "The id that clients use. With `*` or `?`, the entry corrects every model that "
                "matches and declares none.")
      .field("aliases", &ModelSettings::aliases, list_of(model_id()),
             "Other ids of the model, listed and called like its own. Claude Code offers only ids "
             "that begin with `claude` or `anthropic`.")
      .field("sub_types", &ModelSettings::sub_types, list_of(config::one_of(kSubTypeNames)),
             "Sub types of the model; with an empty list they are detected.")
      .field("type", &ModelSettings::type, type_word(),
             "Type of a model that has no sub type; otherwise it follows from sub_types.")
      .embed(&ModelSettings::facts, facts_schema())
      .list("upstreams", &ModelSettings::upstreams, route_schema(),
            "Upstreams that serve the model, to declare it rather than correct it.", "name",
            &RouteSettings::name)
      .field("hidden", &ModelSettings::hidden, config::boolean(),
             "Removes the model from every list and refuses calls to it.")
      .check(type_agrees)
      .check(aliases_are_ids)
      .check(pattern_has_no_upstreams);
  return schema;
}

}  // namespace weir::catalogue
