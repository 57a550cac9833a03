/// Maps the upstreams' words for a model's purpose, in their many spellings, to classes.
///
/// Case, `_`, `-`, `/`, blanks and a final plural `s` are ignored: "Text Generation",
/// "text_generation" and "TextGeneration" are one word. In a path (`/v1/chat/completions`,
/// `llm/v1/chat`) only the part below the version counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::discovery::kinds {

/// The field that contains a word. The plain words `image`, `audio` and `video` depend on it: as a
/// purpose or an output they are what a model generates, as a capability they may be its input.
enum class Place : std::uint8_t {
  purpose,     ///< what the model is for: `type`, `task`, `mode`, `categories`
  capability,  ///< what it can do: `capabilities`, `features`, `model_ability`
  endpoint,    ///< the endpoints it is called at
  output,      ///< its output modalities
};

/// The evidence of all words of one field together.
struct Evidence {
  catalogue::SubTypes sub_types;  ///< stated explicitly
  catalogue::Types media;         ///< plain `image`, `audio`, `video`, if they are significant
  catalogue::Types outside;       ///< words for models outside all sub types
  bool edits = false;             ///< the plain word `edit`
};

/// Adds the meaning of `word` in `place`. False if the word is unknown.
bool weigh(std::string_view word, Place place, Evidence& evidence);

/// The class for a single word of a purpose; nothing if the word is not sufficient.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_word(std::string_view word);

/// The input modalities that affect the class.
struct Inputs {
  bool text = false;
  bool image = false;
  bool audio = false;
};
[[nodiscard]] Inputs inputs_of(std::span<const std::string_view> modalities);

/// The sub types of a model that generates images or videos, by its inputs. A model whose id
/// suggests editing or animation, and which does not declare image input, is left to its id.
/// Nothing for audio: recognisers and synthesisers both use that word.
[[nodiscard]] catalogue::SubTypes sub_types_of_media(catalogue::Types media, Inputs inputs,
                                                     std::string_view id);

/// The class determined by modalities: an output of images, videos, embeddings, scores,
/// transcripts, or audio without text; and text only from audio only. Otherwise text output is
/// inconclusive: rerankers, recognisers and chat models all have it.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_modalities(
    std::span<const std::string_view> input, std::span<const std::string_view> output,
    std::string_view id = {});

/// `word` normalized for comparison: lower-case letters and digits only, and of a path only the
/// part below its version.
[[nodiscard]] std::string plain_word(std::string_view word);

}  // namespace weir::discovery::kinds
