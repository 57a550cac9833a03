/// A model: its types, facts about it, and the routes to it.
///
/// Values only. catalogue/classify.hpp decides classes; catalogue/build.hpp merges lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_set.hpp"
#include "base/enum_table.hpp"
#include "catalogue/spelling.hpp"

namespace weir::catalogue {

/// Spelled on the wire as the enumerator.
enum class Type : std::uint8_t { text, image, audio, video };
inline constexpr EnumNames<Type> kTypeNames({
    {Type::text, "text"},
    {Type::image, "image"},
    {Type::audio, "audio"},
    {Type::video, "video"},
});

/// Spelled on the wire with `-` for `_`. The imitated API has seven; text_to_speech and
/// image_to_video are additions.
enum class SubType : std::uint8_t {
  chat,
  embedding,
  reranker,
  text_to_image,
  image_to_image,
  speech_to_text,
  text_to_speech,
  text_to_video,
  image_to_video,
};
inline constexpr EnumNames<SubType> kSubTypeNames({
    {SubType::chat, "chat"},
    {SubType::embedding, "embedding"},
    {SubType::reranker, "reranker"},
    {SubType::text_to_image, "text-to-image"},
    {SubType::image_to_image, "image-to-image"},
    {SubType::speech_to_text, "speech-to-text"},
    {SubType::text_to_speech, "text-to-speech"},
    {SubType::text_to_video, "text-to-video"},
    {SubType::image_to_video, "image-to-video"},
});

using Types = EnumSet<Type>;
using SubTypes = EnumSet<SubType>;

inline constexpr SubTypes kAllSubTypes = SubTypes::all();

[[nodiscard]] std::string_view wire_name(Type type);
[[nodiscard]] std::string_view wire_name(SubType sub_type);
/// Case-sensitive; nothing for any other spelling.
[[nodiscard]] std::optional<Type> parse_type(std::string_view text);
[[nodiscard]] std::optional<SubType> parse_sub_type(std::string_view text);
[[nodiscard]] Type type_of(SubType sub_type);
[[nodiscard]] Types types_of(SubTypes sub_types);

/// The purpose of a model. A model outside all sub types (moderation, for example) has only
/// `types`.
struct ModelClass {
  SubTypes sub_types;
  /// A superset of types_of(sub_types).
  Types types;

  /// The class with these sub types and their types.
  static ModelClass of(SubTypes sub_types) { return {sub_types, types_of(sub_types)}; }
  bool operator==(const ModelClass&) const = default;
};

/// The step that decided a class, in order of precedence. Shown to the operator, not to clients.
enum class ClassSource : std::uint8_t { config, upstream, table, registry, rule, fallback };
[[nodiscard]] std::string_view name(ClassSource source);

/// A member of ModelFacts, spelled on the wire as the enumerator.
enum class Fact : std::uint8_t {
  created,
  owned_by,
  context_length,
  max_model_len,
  max_output_tokens,
  input_modalities,
  output_modalities,
  capabilities,
};
using Facts = EnumSet<Fact>;
[[nodiscard]] std::string_view wire_name(Fact fact);

/// Statements about a model. Absent means unknown; nothing is guessed.
struct ModelFacts {
  std::optional<std::int64_t> created;  ///< seconds since the epoch
  std::optional<std::string> owned_by;
  std::optional<std::int64_t> context_length;  ///< tokens that the model was made for
  std::optional<std::int64_t> max_model_len;   ///< tokens that this deployment accepts
  std::optional<std::int64_t> max_output_tokens;
  std::vector<std::string> input_modalities;  ///< "text", "image", "audio", "video", "file"
  std::vector<std::string> output_modalities;
  std::vector<std::string> capabilities;  ///< "tools", "vision", "reasoning", "json_mode", …

  /// Takes facts from `other` that are unknown here; returns which ones.
  Facts fill_from(const ModelFacts& other);
  bool operator==(const ModelFacts&) const = default;
};

/// One row of an upstream's list, as read by its kind. Nothing else of the row is kept, so nothing
/// else (paths, arguments, addresses) can leak.
struct UpstreamModel {
  std::string id;  ///< as the upstream spells it
  /// The id to classify by, if it differs: vLLM's `root` behind an alias, for example. Not shown.
  std::string base_id = {};
  ModelFacts facts = {};
  std::optional<ModelClass> model_class = {};  ///< from the upstream's own typed field
  /// False if the upstream lists the model as one that cannot be called.
  bool available = true;

  bool operator==(const UpstreamModel&) const = default;
};

/// available: can be called. degraded: its upstreams fail now but are within the grace time.
/// unavailable: cannot be called; listed with include_unavailable only.
enum class Status : std::uint8_t { available, degraded, unavailable };
[[nodiscard]] std::string_view wire_name(Status status);

/// The reason for a route's status. For the operator.
enum class RouteReason : std::uint8_t {
  none,              ///< available
  upstream_failing,  ///< the upstream is unreachable, within the grace time
  upstream_lost,     ///< the upstream has been unreachable for longer
  withdrawn,         ///< the upstream lists the model as one that cannot be called
  not_served,        ///< the upstream was assumed to serve it, and answered a call that it does not
  endpoint_absent,   ///< the upstream is known to serve no endpoint of the model's sub types
};
[[nodiscard]] std::string_view name(RouteReason reason);

/// One upstream where a model can be called.
struct Route {
  std::string upstream;
  std::string model;  ///< the id to send there
  Status status = Status::available;
  RouteReason reason = RouteReason::none;
  /// True if the upstream lists the model; false if it is only declared.
  bool listed = true;
  /// For this model there; unset: the upstream's own.
  std::optional<int> priority = {};
  std::optional<int> weight = {};
};

/// One row of the catalogue.
struct Model {
  std::string id;
  std::string alias_of = {};  ///< the id of the model that this one is; empty: no other
  ModelFacts facts = {};
  Facts registry_facts = {};       ///< the facts that only a public registry states
  std::string_view registry = {};  ///< its name; static text
  ModelClass model_class = {};
  ClassSource class_source = ClassSource::fallback;
  std::string class_rule = {};  ///< the rule or table row that decided, for the operator
  Status status = Status::available;
  Spelling spelling = Spelling::exact;  ///< how an upstream that serves it interprets ids
  std::vector<Route> routes = {};

  /// The id that limits count by: an alias has no limit of its own.
  [[nodiscard]] const std::string& counted_id() const { return alias_of.empty() ? id : alias_of; }
};

}  // namespace weir::catalogue
