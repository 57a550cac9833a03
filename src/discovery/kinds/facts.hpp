/// From the upstreams' many words to ours: capabilities, modalities, classes, owners.
///
/// Our capability words, in the order they are listed:
///   tools              calls functions
///   vision             takes images
///   reasoning          thinks before it answers
///   json_mode          can be held to valid JSON
///   structured_output  can be held to a given schema
///   audio_input        takes audio
///   code_completion    fills in the middle
/// Modalities: text, image, audio, video, file.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "catalogue/model.hpp"
#include "discovery/kinds/names.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// Adds what is known of `theirs` (tool_use, thinking, image_input, insert …); the rest is dropped.
void learn_capabilities(catalogue::ModelFacts& facts, std::span<const std::string_view> theirs);
inline void learn_capability(catalogue::ModelFacts& facts, std::string_view theirs) {
  learn_capabilities(facts, {&theirs, 1});
}

/// Adds what is known of `theirs` to `ours`; "embeddings" and the like are no modality.
void learn_modalities(std::vector<std::string>& ours, std::span<const std::string_view> theirs);
inline void learn_modalities(std::vector<std::string>& ours,
                             std::initializer_list<std::string_view> theirs) {
  learn_modalities(ours, std::span(theirs.begin(), theirs.size()));
}

/// The class a type word stands for (llm, rerank, text2image, automatic-speech-recognition …), `_`
/// and `-` alike, any case. moderation and classifier are text outside all sub types. Nothing for
/// words that do not decide, among them plain `image`, `audio` and `video`.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_word(std::string_view word);

/// The class that modalities decide: an output of images, videos, embeddings or audio without text.
/// Text output decides nothing: rerankers, recognisers and chat models all have it.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_modalities(
    std::span<const std::string_view> input, std::span<const std::string_view> output);

[[nodiscard]] inline catalogue::ModelClass class_of(catalogue::SubTypes sub_types) {
  return catalogue::ModelClass::of(sub_types);
}
/// Of a type, but outside all sub types.
[[nodiscard]] inline catalogue::ModelClass class_outside(catalogue::Type type) {
  return {{}, {type}};
}

/// The owner at `key`, unless it looks like a path, an address or a URL.
[[nodiscard]] std::optional<std::string> owner(const Row& row, std::string_view key);

/// The fields many lists share: created, owner, context, output limit, modalities, capabilities,
/// `sub_type(s)` in our spelling; the class also from modalities. Kinds correct it afterwards.
void learn_common(const Row& row, WallTime asked_at, catalogue::UpstreamModel& model);

}  // namespace weir::discovery::kinds
