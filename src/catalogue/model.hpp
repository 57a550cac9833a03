/// What a model is: its types, what is known about it, and where it can be called.
///
/// Values only. How a class is decided is catalogue/classify.hpp; how many lists become one is
/// catalogue/build.hpp.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/spelling.hpp"

namespace weir::catalogue {

/// Spelled on the wire as the enumerator.
enum class Type : std::uint8_t { text, image, audio, video };
inline constexpr int kTypeCount = 4;

/// Spelled on the wire with `-` for `_`. The contract names seven; text_to_speech and
/// image_to_video are served as two more.
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
inline constexpr int kSubTypeCount = 9;

/// A small set of enumerators, iterated in declaration order.
template <class E>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> items) {
    for (E item : items) insert(item);
  }
  constexpr void insert(E item) { bits_ |= bit(item); }
  constexpr void insert(EnumSet other) { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool contains(E item) const { return (bits_ & bit(item)) != 0; }
  [[nodiscard]] constexpr bool intersects(EnumSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr int size() const { return std::popcount(bits_); }
  constexpr bool operator==(const EnumSet&) const = default;

  template <class F>
  constexpr void for_each(F&& visit) const {
    for (auto rest = bits_; rest != 0; rest &= rest - 1) {
      visit(static_cast<E>(std::countr_zero(rest)));
    }
  }

 private:
  static constexpr std::uint32_t bit(E item) { return 1U << static_cast<unsigned>(item); }
  std::uint32_t bits_ = 0;
};

using Types = EnumSet<Type>;
using SubTypes = EnumSet<SubType>;

inline constexpr SubTypes kAllSubTypes = [] {
  SubTypes all;
  for (int i = 0; i < kSubTypeCount; ++i) all.insert(static_cast<SubType>(i));
  return all;
}();

[[nodiscard]] std::string_view wire_name(Type type);
[[nodiscard]] std::string_view wire_name(SubType sub_type);
/// Case-sensitive; nothing for any other spelling.
[[nodiscard]] std::optional<Type> parse_type(std::string_view text);
[[nodiscard]] std::optional<SubType> parse_sub_type(std::string_view text);
[[nodiscard]] Type type_of(SubType sub_type);
[[nodiscard]] Types types_of(SubTypes sub_types);

/// What a model is for. A model outside all sub types (moderation, say) has `types` alone.
struct ModelClass {
  SubTypes sub_types;
  /// A superset of types_of(sub_types).
  Types types;

  /// The class whose types follow from its sub types.
  static ModelClass of(SubTypes sub_types) { return {sub_types, types_of(sub_types)}; }
  bool operator==(const ModelClass&) const = default;
};

/// Which step decided a class, in order of precedence. Shown to the operator, not to clients.
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

/// What somebody said about a model. Absent means unknown, never guessed.
struct ModelFacts {
  std::optional<std::int64_t> created;  ///< seconds since the epoch
  std::optional<std::string> owned_by;
  std::optional<std::int64_t> context_length;  ///< tokens the model was made for
  std::optional<std::int64_t> max_model_len;   ///< tokens this serving of it accepts
  std::optional<std::int64_t> max_output_tokens;
  std::vector<std::string> input_modalities;  ///< "text", "image", "audio", "video", "file"
  std::vector<std::string> output_modalities;
  std::vector<std::string> capabilities;  ///< "tools", "vision", "reasoning", "json_mode", …

  /// Takes from `other` what is unknown here; returns which facts those are.
  Facts fill_from(const ModelFacts& other);
  bool operator==(const ModelFacts&) const = default;
};

/// One row of an upstream's list, after its kind has read it. Nothing else of the row is kept, so
/// nothing else (paths, arguments, addresses) can be passed on.
struct UpstreamModel {
  std::string id;  ///< as the upstream knows it
  /// The id to classify by where it differs: vLLM's `root` behind a served alias, say. Not shown.
  std::string base_id = {};
  ModelFacts facts = {};
  std::optional<ModelClass> model_class = {};  ///< from the upstream's own typed field
  /// False where the upstream lists the model and says in the same row that it cannot be called.
  bool available = true;

  bool operator==(const UpstreamModel&) const = default;
};

/// available: can be called. degraded: its upstreams fail now but are within the grace time.
/// unavailable: cannot be called; listed with include_unavailable only.
enum class Status : std::uint8_t { available, degraded, unavailable };
[[nodiscard]] std::string_view wire_name(Status status);

/// Why a route's status is what it is. For the operator.
enum class RouteReason : std::uint8_t {
  none,              ///< available
  upstream_failing,  ///< the upstream cannot be reached, within the grace time
  upstream_lost,     ///< the upstream could not be reached for longer
  withdrawn,         ///< the upstream lists the model and says that it cannot be called
  not_served,        ///< the upstream was taken to serve it, and answered a call that it does not
  endpoint_absent,   ///< the upstream is known to serve none of the paths of the model's sub types
};
[[nodiscard]] std::string_view name(RouteReason reason);

/// One place where a model can be called.
struct Route {
  std::string upstream;
  std::string model;  ///< the id to send there
  Status status = Status::available;
  RouteReason reason = RouteReason::none;
  /// Whether the upstream lists the model; else it is declared there, on the operator's word.
  bool listed = true;
  /// Of this model there; unset: the upstream's own.
  std::optional<int> priority = {};
  std::optional<int> weight = {};
};

/// One row of the catalogue.
struct Model {
  std::string id;
  ModelFacts facts = {};
  Facts registry_facts = {};       ///< those of `facts` that only a public registry knows
  std::string_view registry = {};  ///< its name; static text
  ModelClass model_class = {};
  ClassSource class_source = ClassSource::fallback;
  std::string class_rule = {};  ///< the rule or table row that decided, for the operator
  Status status = Status::available;
  Spelling spelling = Spelling::exact;  ///< how an upstream that serves it reads its id
  std::vector<Route> routes = {};
};

}  // namespace weir::catalogue
