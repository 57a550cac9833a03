#include "discovery/kinds/row_class.hpp"

#include <algorithm>
#include <array>

#include "discovery/kinds/class_words.hpp"
#include "discovery/kinds/facts.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;
using catalogue::SubType;
using catalogue::SubTypes;
using catalogue::Types;

// `parent` is empty for a field of the row itself.
struct Field {
  std::string_view parent;
  std::string_view key;
  Place place;
  // Also contains words that are not about the class, so unknown ones are not reported.
  bool mixed = false;
};

constexpr Field kFields[] = {
    {"", "model_type", Place::purpose},
    {"", "task_type", Place::purpose},
    {"", "task", Place::purpose},
    {"", "tasks", Place::purpose},
    {"", "pipeline_tag", Place::purpose},
    {"", "mode", Place::purpose},
    {"model_info", "mode", Place::purpose},
    {"", "type", Place::purpose},
    {"", "types", Place::purpose},
    {"", "reported_type", Place::purpose},
    {"", "category", Place::purpose},
    {"", "categories", Place::purpose},
    {"", "domain", Place::purpose},
    {"", "model_category", Place::purpose},
    {"", "use_case", Place::purpose},
    {"", "kind", Place::purpose, true},
    {"", "modality", Place::purpose, true},
    {"model_spec", "type", Place::purpose},
    {"metadata", "type", Place::purpose, true},
    {"metadata", "task", Place::purpose},
    {"metadata", "mode", Place::purpose},
    // Lemonade's labels are categories. They take precedence over the engine.
    {"", "labels", Place::purpose},
    {"", "recipe", Place::purpose, true},
    {"", "capabilities", Place::capability},
    {"", "model_ability", Place::capability},
    {"", "abilities", Place::capability},
    {"", "supported_tasks", Place::capability},
    {"", "capability", Place::capability},
    {"", "usecases", Place::capability},
    {"", "features", Place::capability},
    {"", "supported_features", Place::capability},
    {"", "endpoints", Place::endpoint},
    {"", "supported_endpoints", Place::endpoint},
    {"", "supported_endpoint_types", Place::endpoint},
    {"", "endpoint_types", Place::endpoint},
    {"", "supported_methods", Place::endpoint},
    {"", "supported_apis", Place::endpoint},
    {"model_info", "supported_endpoints", Place::endpoint},
};

constexpr Field kCapabilityFields[] = {
    {"", "capabilities", Place::capability},
    {"", "model_ability", Place::capability},
    {"", "abilities", Place::capability},
    {"", "labels", Place::purpose},
    {"", "features", Place::capability},
    {"", "supported_features", Place::capability},
    {"", "supported_parameters", Place::capability},
    {"", "tags", Place::purpose},
    {"metadata", "tags", Place::purpose},
    {"model_spec", "capabilities", Place::capability},
    {"capabilities", "supports", Place::capability},
    {"metadata", "capabilities", Place::capability},
};

Row place_of(const Row& row, const Field& field) {
  return field.parent.empty() ? row : row.child(field.parent);
}

std::optional<ModelClass> class_in_our_words(const Row& row) {
  SubTypes sub_types;
  for (const auto key : {"sub_types", "sub_type"}) {
    for (const auto word : row.words(key)) {
      if (const auto sub_type = catalogue::parse_sub_type(word)) sub_types.insert(*sub_type);
    }
    if (!sub_types.empty()) return ModelClass::of(sub_types);
  }
  return std::nullopt;
}

SubTypes without(SubTypes sub_types, SubType left_out) {
  SubTypes rest;
  sub_types.for_each([&](SubType sub_type) {
    if (sub_type != left_out) rest.insert(sub_type);
  });
  return rest;
}

// Combines the fields of one row, in the order they are added.
class Reader {
 public:
  Reader(const Row& row, std::string_view id, UnknownWords& unknown)
      : row_(row), id_(id), unknown_(unknown), modalities_(modalities_of(row)) {}

  std::optional<ModelClass> read() {
    for (const auto& field : kFields) {
      if (const auto sub_types = read_field(field); !sub_types.empty()) {
        return ModelClass::of(sub_types);
      }
    }
    if (row_.flag("supports_chat").value_or(false)) return ModelClass::of({SubType::chat});
    note_unknown_modalities();
    return from_the_rest();
  }

 private:
  // The sub types named by the field; empty if it is inconclusive.
  SubTypes read_field(const Field& field) {
    const auto evidence = weigh_field(field);
    auto sub_types = evidence.sub_types;
    const bool speaks_of_others =
        !media_.empty() && !catalogue::types_of(sub_types).intersects(media_);
    if (speaks_of_others && !is_open(media_)) sub_types = {};
    if (evidence.edits && evidence.media.contains(catalogue::Type::image)) {
      sub_types.insert(SubType::image_to_image);
    }
    media_.insert(evidence.media);
    outside_.insert(evidence.outside);
    if (sub_types.empty()) return {};
    sub_types.insert(sub_types_of_media(evidence.media, inputs_of(modalities_.input), id_));
    return sub_types.contains(SubType::reranker) ? without(sub_types, SubType::embedding)
                                                 : sub_types;
  }

  Evidence weigh_field(const Field& field) {
    Evidence evidence;
    for (const auto word : place_of(row_, field).words(field.key)) {
      const bool known = weigh(word, field.place, evidence) || is_capability(word);
      if (!known && !field.mixed) unknown_.note(word);
    }
    return evidence;
  }

  // Audio may be an input, an output or a topic; other media alone determine the output.
  static bool is_open(Types media) { return media == Types{catalogue::Type::audio}; }

  // The class if no field has named a sub type.
  std::optional<ModelClass> from_the_rest() const {
    const auto made = sub_types_of_media(media_, inputs_of(modalities_.input), id_);
    if (outside_.empty() && !made.empty()) return ModelClass::of(made);
    if (!outside_.empty() && !converses())
      return ModelClass{{}, media_.empty() ? outside_ : media_};
    // The id decides if a medium is inconclusive.
    if (!media_.empty() && !is_open(media_)) return std::nullopt;
    return class_of_modalities(modalities_.input, modalities_.output, id_);
  }

  bool converses() const {
    catalogue::ModelFacts facts;
    learn_capabilities(facts, capability_words(row_));
    return std::ranges::any_of(facts.capabilities, [](std::string_view word) {
      return word == "tools" || word == "structured_output" || word == "json_mode";
    });
  }

  void note_unknown_modalities() {
    Evidence evidence;
    for (const auto word : modalities_.output) {
      if (!weigh(word, Place::output, evidence)) unknown_.note(word);
    }
  }

  const Row& row_;
  std::string_view id_;
  UnknownWords& unknown_;
  Modalities modalities_;
  Types media_;
  Types outside_;
};

constexpr std::string_view kInputKeys[] = {"input_modalities", "supported_input_modalities",
                                           "inputModalities"};
constexpr std::string_view kOutputKeys[] = {"output_modalities", "supported_output_modalities",
                                            "outputModalities"};
constexpr std::string_view kModalityParents[] = {"", "architecture", "modalities", "metadata",
                                                 "model_info"};

template <std::size_t N>
std::vector<std::string_view> first_words(const Row& row, const std::string_view (&keys)[N]) {
  for (const auto parent : kModalityParents) {
    const Row place = parent.empty() ? row : row.child(parent);
    for (const auto key : keys) {
      if (auto words = place.words(key); !words.empty()) return words;
    }
  }
  return {};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Parses "text+image->text".
void read_arrow(const Row& row, Modalities& modalities) {
  for (const auto word : row.words("modality")) {
    const auto arrow = word.find("->");
    if (arrow == std::string_view::npos) continue;
    if (modalities.input.empty()) modalities.input = split(word.substr(0, arrow), '+');
    if (modalities.output.empty()) modalities.output = split(word.substr(arrow + 2), '+');
  }
}

}  // namespace

std::optional<ModelClass> class_of_row(const Row& row, std::string_view id, UnknownWords& unknown) {
  if (auto ours = class_in_our_words(row)) return ours;
  return Reader(row, id, unknown).read();
}

Modalities modalities_of(const Row& row) {
  Modalities modalities{first_words(row, kInputKeys), first_words(row, kOutputKeys)};
  // models.dev and compatible lists: {"modalities": {"input": […], "output": […]}}
  const auto both = row.child("modalities");
  if (modalities.input.empty()) modalities.input = both.words("input");
  if (modalities.output.empty()) modalities.output = both.words("output");
  read_arrow(row.child("architecture"), modalities);
  read_arrow(row, modalities);
  return modalities;
}

std::vector<std::string_view> capability_words(const Row& row) {
  std::vector<std::string_view> all;
  const auto add = [&](const std::vector<std::string_view>& words, bool says_takes) {
    for (const auto word : words) {
      // A label or tag of plain audio is a topic, not an audio input.
      if (says_takes || plain_word(word) != "audio") all.push_back(word);
    }
  };
  for (const auto& field : kCapabilityFields) {
    add(place_of(row, field).words(field.key), field.place == Place::capability);
  }
  for (const Row& place : {row, row.child("model_info")}) {
    for (const auto prefix : {"supports_", "support_"}) add(place.flags(prefix), true);
  }
  return all;
}

}  // namespace weir::discovery::kinds
