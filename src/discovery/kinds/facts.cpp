#include "discovery/kinds/facts.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;
using catalogue::SubType;
using catalogue::SubTypes;
using catalogue::Type;

struct Synonym {
  std::string_view theirs;
  std::string_view ours;
};

// Our words in listing order; each also stands for itself.
constexpr std::array<std::string_view, 7> kCapabilities = {
    "tools",       "vision",         "reasoning", "json_mode", "structured_output",
    "audio_input", "code_completion"};

constexpr Synonym kCapabilitySynonyms[] = {
    {"tool_use", "tools"},
    {"tool_calls", "tools"},
    {"tool_calling", "tools"},
    {"function_calling", "tools"},
    {"function_call", "tools"},
    {"functions", "tools"},
    {"trained_for_tool_use", "tools"},
    {"supports_tools", "tools"},
    {"image_input", "vision"},
    {"thinking", "reasoning"},
    {"json", "json_mode"},
    {"response_format", "json_mode"},
    {"structured_outputs", "structured_output"},
    {"json_schema", "structured_output"},
    {"audio", "audio_input"},
    {"insert", "code_completion"},
    {"fim", "code_completion"},
    {"completion_fim", "code_completion"},
};

constexpr std::array<std::string_view, 5> kModalities = {"text", "image", "audio", "video", "file"};

constexpr Synonym kModalitySynonyms[] = {
    {"images", "image"}, {"speech", "audio"},  {"videos", "video"},
    {"pdf", "file"},     {"document", "file"}, {"files", "file"},
};

std::string normalised(std::string_view word, char from, char to) {
  std::string text(word);
  for (char& c : text) {
    c = c == from ? to : lower(c);
  }
  return text;
}

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& ours,
                                    std::span<const Synonym> synonyms, std::string_view theirs) {
  const auto word = normalised(theirs, '-', '_');
  std::string_view meant = word;
  for (const auto& synonym : synonyms) {
    if (synonym.theirs == word) meant = synonym.ours;
  }
  const auto it = std::ranges::find(ours, meant);
  if (it == ours.end()) return std::nullopt;
  return static_cast<std::size_t>(it - ours.begin());
}

// Merges `theirs` into `known`, which stays in the order of `ours`.
template <std::size_t N>
void learn(std::vector<std::string>& known, const std::array<std::string_view, N>& ours,
           std::span<const Synonym> synonyms, std::span<const std::string_view> theirs) {
  std::array<bool, N> has{};
  const auto note = [&](std::string_view word) {
    if (const auto index = index_of(ours, synonyms, word)) has[*index] = true;
  };
  std::ranges::for_each(known, note);
  std::ranges::for_each(theirs, note);
  known.clear();
  for (std::size_t i = 0; i < N; ++i) {
    if (has[i]) known.emplace_back(ours[i]);
  }
}

struct ClassWord {
  std::string_view word;
  SubType sub_type;
};

constexpr ClassWord kClassWords[] = {
    {"llm", SubType::chat},
    {"vlm", SubType::chat},
    {"chat", SubType::chat},
    {"generate", SubType::chat},
    {"completion", SubType::chat},
    {"language", SubType::chat},
    {"code", SubType::chat},
    {"text-generation", SubType::chat},
    {"text2text-generation", SubType::chat},
    {"image-text-to-text", SubType::chat},
    {"embed", SubType::embedding},
    {"embedding", SubType::embedding},
    {"embeddings", SubType::embedding},
    {"text-embedding", SubType::embedding},
    {"feature-extraction", SubType::embedding},
    {"sentence-similarity", SubType::embedding},
    {"rerank", SubType::reranker},
    {"reranker", SubType::reranker},
    {"text-ranking", SubType::reranker},
    {"text2image", SubType::text_to_image},
    {"text-to-image", SubType::text_to_image},
    {"image2image", SubType::image_to_image},
    {"image-to-image", SubType::image_to_image},
    {"inpainting", SubType::image_to_image},
    {"audio2text", SubType::speech_to_text},
    {"speech-to-text", SubType::speech_to_text},
    {"transcribe", SubType::speech_to_text},
    {"transcript", SubType::speech_to_text},
    {"transcription", SubType::speech_to_text},
    {"audio-transcription", SubType::speech_to_text},
    {"automatic-speech-recognition", SubType::speech_to_text},
    {"tts", SubType::text_to_speech},
    {"text2audio", SubType::text_to_speech},
    {"text-to-audio", SubType::text_to_speech},
    {"text-to-speech", SubType::text_to_speech},
    {"text2video", SubType::text_to_video},
    {"text-to-video", SubType::text_to_video},
    {"image2video", SubType::image_to_video},
    {"image-to-video", SubType::image_to_video},
    {"firstlastframe2video", SubType::image_to_video},
};

constexpr std::string_view kOutsideWords[] = {"moderation", "classifier", "classify"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<std::int64_t> first_count(const Row& row,
                                        std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (const auto value = row.count(key)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> first_words(const Row& row,
                                          std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (auto words = row.words(key); !words.empty()) return words;
  }
  return {};
}

std::optional<ModelClass> class_in_our_words(const Row& row) {
  SubTypes sub_types;
  for (const auto word : first_words(row, {"sub_types", "sub_type"})) {
    if (const auto sub_type = catalogue::parse_sub_type(word)) sub_types.insert(*sub_type);
  }
  if (sub_types.empty()) return std::nullopt;
  return ModelClass::of(sub_types);
}

}  // namespace

void learn_capabilities(catalogue::ModelFacts& facts, std::span<const std::string_view> theirs) {
  learn(facts.capabilities, kCapabilities, kCapabilitySynonyms, theirs);
}

void learn_modalities(std::vector<std::string>& ours, std::span<const std::string_view> theirs) {
  learn(ours, kModalities, kModalitySynonyms, theirs);
}

std::optional<ModelClass> class_of_word(std::string_view word) {
  const auto wanted = normalised(word, '_', '-');
  for (const auto& row : kClassWords) {
    if (row.word == wanted) return class_of({row.sub_type});
  }
  if (contains(kOutsideWords, wanted)) return class_outside(Type::text);
  return std::nullopt;
}

std::optional<ModelClass> class_of_modalities(std::span<const std::string_view> input,
                                              std::span<const std::string_view> output) {
  const bool from_image = contains(input, "image");
  SubTypes sub_types;
  if (contains(output, "image")) {
    sub_types.insert(SubType::text_to_image);
    if (from_image) sub_types.insert(SubType::image_to_image);
  }
  if (contains(output, "video")) {
    sub_types.insert(SubType::text_to_video);
    if (from_image) sub_types.insert(SubType::image_to_video);
  }
  if (contains(output, "embeddings") || contains(output, "embedding")) {
    sub_types.insert(SubType::embedding);
  }
  const bool speaks = contains(output, "audio") || contains(output, "speech");
  if (speaks && !contains(output, "text")) sub_types.insert(SubType::text_to_speech);
  if (sub_types.empty()) return std::nullopt;
  return ModelClass::of(sub_types);
}

std::optional<std::string> owner(const Row& row, std::string_view key) {
  auto text = row.text(key);
  if (text.empty() || text.find_first_of("/\\:@") != std::string::npos) return std::nullopt;
  return text;
}

void learn_common(const Row& row, WallTime asked_at, catalogue::UpstreamModel& model) {
  auto& facts = model.facts;
  facts.created = row.created("created", asked_at);
  facts.owned_by = owner(row, "owned_by");
  facts.context_length =
      first_count(row, {"context_length", "context_window", "max_context_length"});
  facts.max_model_len = row.count("max_model_len");
  facts.max_output_tokens = first_count(row, {"max_output_tokens", "max_completion_tokens"});
  learn_capabilities(facts, row.words("capabilities"));

  const auto architecture = row.child("architecture");
  auto input = first_words(row, {"input_modalities", "supported_input_modalities"});
  auto output = first_words(row, {"output_modalities", "supported_output_modalities"});
  if (input.empty()) input = architecture.words("input_modalities");
  if (output.empty()) output = architecture.words("output_modalities");
  learn_modalities(facts.input_modalities, input);
  learn_modalities(facts.output_modalities, output);

  model.model_class = class_in_our_words(row);
  if (!model.model_class) model.model_class = class_of_modalities(input, output);
}

}  // namespace weir::discovery::kinds
