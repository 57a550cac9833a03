#include "catalogue/model.hpp"

namespace weir::catalogue {
namespace {

template <class T>
bool is_known(const T& value) {
  if constexpr (requires { value.has_value(); }) {
    return value.has_value();
  } else {
    return !value.empty();
  }
}

}  // namespace

std::string_view wire_name(Type type) { return kTypeNames[type]; }

std::string_view wire_name(SubType sub_type) { return kSubTypeNames[sub_type]; }

std::optional<Type> parse_type(std::string_view text) { return kTypeNames.find(text); }

std::optional<SubType> parse_sub_type(std::string_view text) { return kSubTypeNames.find(text); }

Type type_of(SubType sub_type) {
  switch (sub_type) {
    case SubType::chat:
    case SubType::embedding:
    case SubType::reranker:
      return Type::text;
    case SubType::text_to_image:
    case SubType::image_to_image:
      return Type::image;
    case SubType::speech_to_text:
    case SubType::text_to_speech:
      return Type::audio;
    case SubType::text_to_video:
    case SubType::image_to_video:
      return Type::video;
  }
  __builtin_unreachable();
}

Types types_of(SubTypes sub_types) {
  Types types;
  sub_types.for_each([&](SubType sub_type) { types.insert(type_of(sub_type)); });
  return types;
}

std::string_view name(ClassSource source) {
  switch (source) {
    case ClassSource::config:
      return "config";
    case ClassSource::upstream:
      return "upstream";
    case ClassSource::table:
      return "table";
    case ClassSource::registry:
      return "registry";
    case ClassSource::rule:
      return "rule";
    case ClassSource::fallback:
      return "fallback";
  }
  __builtin_unreachable();
}

std::string_view name(RouteReason reason) {
  switch (reason) {
    case RouteReason::none:
      return "none";
    case RouteReason::upstream_failing:
      return "upstream_failing";
    case RouteReason::upstream_lost:
      return "upstream_lost";
    case RouteReason::withdrawn:
      return "withdrawn";
    case RouteReason::not_served:
      return "not_served";
    case RouteReason::endpoint_absent:
      return "endpoint_absent";
  }
  __builtin_unreachable();
}

std::string_view wire_name(Status status) {
  switch (status) {
    case Status::available:
      return "available";
    case Status::degraded:
      return "degraded";
    case Status::unavailable:
      return "unavailable";
  }
  __builtin_unreachable();
}

std::string_view wire_name(Fact fact) {
  switch (fact) {
    case Fact::created:
      return "created";
    case Fact::owned_by:
      return "owned_by";
    case Fact::context_length:
      return "context_length";
    case Fact::max_model_len:
      return "max_model_len";
    case Fact::max_output_tokens:
      return "max_output_tokens";
    case Fact::input_modalities:
      return "input_modalities";
    case Fact::output_modalities:
      return "output_modalities";
    case Fact::capabilities:
      return "capabilities";
  }
  __builtin_unreachable();
}

Facts ModelFacts::fill_from(const ModelFacts& other) {
  Facts taken;
  const auto fill = [&](Fact fact, auto& mine, const auto& theirs) {
    if (is_known(mine) || !is_known(theirs)) return;
    mine = theirs;
    taken.insert(fact);
  };
  fill(Fact::created, created, other.created);
  fill(Fact::owned_by, owned_by, other.owned_by);
  fill(Fact::context_length, context_length, other.context_length);
  fill(Fact::max_model_len, max_model_len, other.max_model_len);
  fill(Fact::max_output_tokens, max_output_tokens, other.max_output_tokens);
  fill(Fact::input_modalities, input_modalities, other.input_modalities);
  fill(Fact::output_modalities, output_modalities, other.output_modalities);
  fill(Fact::capabilities, capabilities, other.capabilities);
  return taken;
}

}  // namespace weir::catalogue
