#include "discovery/kinds/class_words.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <unordered_map>

#include "base/ascii.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds/class_word_table.hpp"
#include "discovery/kinds/names.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;
using catalogue::SubType;
using catalogue::SubTypes;
using catalogue::Type;
using catalogue::Types;
using enum catalogue::SubType;

// Parts of ids that suggest an input image; the catalogue's rules have more of them.
constexpr std::string_view kEditHints[] = {"edit", "kontext", "inpaint", "img2img", "i2i"};
constexpr std::string_view kAnimateHints[] = {"i2v", "img2vid", "image-to-video", "flf2v"};

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// The part of a path below its last version; other text is returned whole.
std::string_view below_version(std::string_view path) {
  auto rest = path;
  for (auto left = path; !left.empty();) {
    const auto end = std::min(left.find('/'), left.size());
    const auto segment = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (is_version(segment) && !left.empty()) rest = left;
  }
  return rest;
}

enum class Sense : std::uint8_t { sub_type, outside, medium, edit, neutral };

struct Meaning {
  Sense sense = Sense::neutral;
  SubTypes sub_types = {};
  Type type = Type::text;
  bool made = false;  // MediumWord::made
};

using Dictionary = std::unordered_map<std::string, Meaning>;

Dictionary make_dictionary() {
  Dictionary words;
  for (const auto& row : sub_type_words()) {
    words.emplace(plain_word(row.word), Meaning{Sense::sub_type, row.sub_types});
  }
  for (const auto& row : outside_words()) {
    words.emplace(plain_word(row.word), Meaning{Sense::outside, {}, row.type});
  }
  for (const auto& row : medium_words()) {
    words.emplace(plain_word(row.word), Meaning{Sense::medium, {}, row.type, row.made});
  }
  words.emplace("edit", Meaning{Sense::edit});
  for (auto rest = neutral_words(); !rest.empty();) {
    const auto end = rest.find(' ');
    words.emplace(plain_word(rest.substr(0, end)), Meaning{});
    rest.remove_prefix(end + 1);
  }
  return words;
}

const Meaning* meaning_of(std::string_view word) {
  static const Dictionary dictionary = make_dictionary();
  auto plain = plain_word(word);
  if (const auto it = dictionary.find(plain); it != dictionary.end()) return &it->second;
  if (!plain.ends_with('s')) return nullptr;
  plain.pop_back();
  const auto it = dictionary.find(plain);
  return it == dictionary.end() ? nullptr : &it->second;
}

// As an output, audio is the medium: it is speech only if there is no text output.
bool is_sound(std::string_view word) {
  const auto plain = plain_word(word);
  return plain == "audio" || plain == "speech";
}

template <std::size_t N>
bool mentions_any(std::string_view id, const std::string_view (&hints)[N]) {
  return std::ranges::any_of(hints, [&](std::string_view hint) { return mentions(id, hint); });
}

// The sub types of one medium, from text and from an image.
struct Maker {
  SubType from_text;
  SubType from_image;
};

SubTypes sub_types_of_maker(Maker maker, Inputs inputs, bool named_after_pictures) {
  SubTypes made;
  if (inputs.image) made.insert(maker.from_image);
  const bool from_text = inputs.text || !inputs.image;
  if (from_text && !named_after_pictures) made.insert(maker.from_text);
  return made;
}

}  // namespace

std::string plain_word(std::string_view word) {
  std::string in_lower_case(word);
  std::ranges::transform(word, in_lower_case.begin(), lower);
  std::string plain;
  std::ranges::copy_if(below_version(in_lower_case), std::back_inserter(plain), is_letter_or_digit);
  return plain;
}

bool weigh(std::string_view word, Place place, Evidence& evidence) {
  const auto* meaning = meaning_of(word);
  if (meaning == nullptr) return false;
  // As a capability, the word may mean image input, or audio input.
  const bool sound = is_sound(word);
  const bool plain = sound || (meaning->sense == Sense::medium && !meaning->made);
  if (plain && place == Place::capability) return true;
  if (sound && place == Place::output) {
    evidence.media.insert(Type::audio);
    return true;
  }
  switch (meaning->sense) {
    case Sense::sub_type:
      evidence.sub_types.insert(meaning->sub_types);
      break;
    case Sense::outside:
      evidence.outside.insert(meaning->type);
      break;
    case Sense::medium:
      evidence.media.insert(meaning->type);
      break;
    case Sense::edit:
      evidence.edits = true;
      break;
    case Sense::neutral:
      break;
  }
  return true;
}

std::optional<ModelClass> class_of_word(std::string_view word) {
  Evidence evidence;
  weigh(word, Place::purpose, evidence);
  if (!evidence.sub_types.empty()) return ModelClass::of(evidence.sub_types);
  if (!evidence.outside.empty()) return ModelClass{{}, evidence.outside};
  return std::nullopt;
}

Inputs inputs_of(std::span<const std::string_view> modalities) {
  Inputs inputs;
  for (const auto modality : modalities) {
    const auto plain = plain_word(modality);
    inputs.text = inputs.text || plain == "text";
    inputs.image = inputs.image || plain == "image" || plain == "images";
    inputs.audio = inputs.audio || is_sound(modality);
  }
  return inputs;
}

SubTypes sub_types_of_media(Types media, Inputs inputs, std::string_view id) {
  SubTypes made;
  if (media.contains(Type::image)) {
    made.insert(
        sub_types_of_maker({text_to_image, image_to_image}, inputs, mentions_any(id, kEditHints)));
  }
  if (media.contains(Type::video)) {
    made.insert(sub_types_of_maker({text_to_video, image_to_video}, inputs,
                                   mentions_any(id, kAnimateHints)));
  }
  return made;
}

std::optional<ModelClass> class_of_modalities(std::span<const std::string_view> input,
                                              std::span<const std::string_view> output,
                                              std::string_view id) {
  Evidence evidence;
  bool has_text = false;
  for (const auto word : output) {
    weigh(word, Place::output, evidence);
    has_text = has_text || plain_word(word) == "text";
  }
  const auto inputs = inputs_of(input);
  auto sub_types = evidence.sub_types;
  sub_types.insert(sub_types_of_media(evidence.media, inputs, id));
  const bool only_sound = evidence.media == Types{Type::audio} && !has_text;
  if (only_sound && evidence.outside.empty()) sub_types.insert(text_to_speech);
  const bool only_text = has_text && output.size() == 1;
  if (only_text && inputs.audio && input.size() == 1) sub_types.insert(speech_to_text);
  if (!sub_types.empty()) return ModelClass::of(sub_types);
  if (!evidence.outside.empty() && !has_text) return ModelClass{{}, evidence.outside};
  return std::nullopt;
}

}  // namespace weir::discovery::kinds
