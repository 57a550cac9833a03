/// Maps the upstreams' many words to one vocabulary: capabilities, modalities, owners; and reads
/// the fields that all kinds share.
///
/// Capability words, in listing order:
///   tools              calls functions
///   vision             takes images
///   reasoning          thinks before it answers
///   json_mode          can be held to valid JSON
///   structured_output  can be held to a given schema
///   audio_input        takes audio
///   code_completion    fills in the middle
/// Modalities: text, image, audio, video, file.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/model.hpp"
#include "discovery/kinds/class_words.hpp"
#include "discovery/kinds/list.hpp"
#include "discovery/kinds/names.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// Adds the known ones of `theirs` (tool_use, thinking, image_input, insert …); the rest is
/// dropped.
void learn_capabilities(catalogue::ModelFacts& facts, std::span<const std::string_view> theirs);
inline void learn_capability(catalogue::ModelFacts& facts, std::string_view theirs) {
  learn_capabilities(facts, {&theirs, 1});
}

/// Adds the known ones of `theirs` to `ours`; "embeddings" and the like are not modalities.
void learn_modalities(std::vector<std::string>& ours, std::span<const std::string_view> theirs);
inline void learn_modalities(std::vector<std::string>& ours,
                             std::initializer_list<std::string_view> theirs) {
  learn_modalities(ours, std::span(theirs.begin(), theirs.size()));
}

/// True if `word` is a known capability.
[[nodiscard]] bool is_capability(std::string_view word);

[[nodiscard]] inline catalogue::ModelClass class_of(catalogue::SubTypes sub_types) {
  return catalogue::ModelClass::of(sub_types);
}
/// A class that has a type, but is outside all sub types.
[[nodiscard]] inline catalogue::ModelClass class_outside(catalogue::Type type) {
  return {{}, {type}};
}

/// The owner at `key`, unless it looks like a path, an address or a URL.
[[nodiscard]] std::optional<std::string> owner(const Row& row, std::string_view key);

/// Reads the fields that all kinds share: created, owner, modalities, capabilities, the class
/// (row_class.hpp) and the lengths (lengths.hpp). Kinds correct it afterwards.
void learn_common(const Row& row, catalogue::UpstreamModel& model, Notes& notes);

}  // namespace weir::discovery::kinds
