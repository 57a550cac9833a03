/// The words that upstreams use for what a model is for, from their many spellings to our classes.
///
/// Case, `_`, `-`, `/`, blanks and a final plural `s` make no difference: "Text Generation",
/// "text_generation" and "TextGeneration" are one word. Of a path (`/v1/chat/completions`,
/// `llm/v1/chat`) the part below the version counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::discovery::kinds {

/// The field a word stands in. The plain words `image`, `audio` and `video` depend on it: as a
/// purpose or an output they say what a model makes, as a capability it may as well take them.
enum class Place : std::uint8_t {
  purpose,     ///< what the model is for: `type`, `task`, `mode`, `categories`
  capability,  ///< what it can do: `capabilities`, `features`, `model_ability`
  endpoint,    ///< the paths it is called at
  output,      ///< the modalities it answers in
};

/// The evidence of all words of one field together.
struct Evidence {
  catalogue::SubTypes sub_types;  ///< named outright
  catalogue::Types media;         ///< plain `image`, `audio`, `video`, where they say something
  catalogue::Types outside;       ///< words for models outside all sub types
  bool edits = false;             ///< the plain word `edit`
};

/// Adds what `word` says in `place`. False if no table knows the word.
bool weigh(std::string_view word, Place place, Evidence& evidence);

/// The class that a single word of a purpose stands for; nothing where it takes more than the word.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_word(std::string_view word);

/// Which modalities a model takes, so far as it bears on its class.
struct Inputs {
  bool text = false;
  bool image = false;
  bool audio = false;
};
[[nodiscard]] Inputs inputs_of(std::span<const std::string_view> modalities);

/// The sub types of a model that makes images or videos, by what it takes. A model whose id names
/// editing or animation, and which does not say that it takes pictures, is decided by its id, so
/// not here. Nothing for audio: recognisers and speakers both call themselves that.
[[nodiscard]] catalogue::SubTypes sub_types_of_media(catalogue::Types media, Inputs inputs,
                                                     std::string_view id);

/// The class that modalities decide: an output of images, videos, embeddings, scores, transcripts,
/// or audio without text; and text alone out of audio alone. Otherwise text output decides nothing:
/// rerankers, recognisers and chat models all have it.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_modalities(
    std::span<const std::string_view> input, std::span<const std::string_view> output,
    std::string_view id = {});

/// `word` in the form that words are compared in: lower-case letters and digits only, of a path
/// what stands below its version.
[[nodiscard]] std::string plain_word(std::string_view word);

}  // namespace weir::discovery::kinds
