// The table is ordered by class. Sources: huggingface.js tasks, docs.litellm.ai (`mode`),
// xorbitsai/inference (types, abilities), gpustack/gpustack schemas/models.py (categories),
// mudler/LocalAI core/config/model_capabilities.go, lemonade-sdk/lemonade docs/api (labels,
// recipes), openrouter.ai/docs and vercel.com/docs/ai-gateway (modalities, types), Cloudflare
// Workers AI (task names), docs.venice.ai and docs.aihubmix.com (types), volcengine.com Ark
// (domains), michaelfeil/infinity (capabilities), QuantumNous/new-api constant/endpoint_type.go,
// sgl-project/sglang multimodal_gen (task types).
#include "discovery/kinds/class_words.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <unordered_map>

#include "base/ascii.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds/names.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;
using catalogue::SubType;
using catalogue::SubTypes;
using catalogue::Type;
using catalogue::Types;
using enum catalogue::SubType;

struct SubTypeWord {
  std::string_view word;
  SubTypes sub_types;
};

constexpr SubTypeWord kSubTypeWords[] = {
    {"chat", {chat}},
    {"llm", {chat}},
    {"vlm", {chat}},
    {"language", {chat}},
    {"language-model", {chat}},
    {"large-language-model", {chat}},
    {"vision-language-model", {chat}},
    {"multimodal-llm", {chat}},
    {"text-generation", {chat}},
    {"text-to-text", {chat}},
    {"t2t", {chat}},
    {"tg", {chat}},  // DashScope's codes: text generation, visual understanding …
    {"vu", {chat}},
    {"text2text-generation", {chat}},
    {"image-text-to-text", {chat}},
    {"audio-text-to-text", {chat}},
    {"video-text-to-text", {chat}},
    {"any-to-any", {chat}},
    {"conversational", {chat}},
    {"visual-question-answering", {chat}},
    {"multimodal-generation", {chat}},
    {"code", {chat}},
    {"code-generation", {chat}},
    {"generate", {chat}},
    {"generate-content", {chat}},
    {"text-completion", {chat}},
    {"completion", {chat}},
    {"chat-completion", {chat}},
    {"completion-chat", {chat}},
    {"chat-completion-stream", {chat}},
    {"response", {chat}},
    {"message", {chat}},
    {"embed", {embedding}},
    {"embedding", {embedding}},
    {"embedding-model", {embedding}},
    {"embed-content", {embedding}},
    {"embed-text", {embedding}},
    {"text-embedding", {embedding}},
    {"text-embed", {embedding}},
    {"image-embed", {embedding}},
    {"image-embedding", {embedding}},
    {"audio-embed", {embedding}},
    {"multimodal-embedding", {embedding}},
    {"sentence-embedding", {embedding}},
    {"feature-extraction", {embedding}},
    {"image-feature-extraction", {embedding}},
    {"sentence-similarity", {embedding}},
    {"rerank", {reranker}},
    {"reranker", {reranker}},
    {"reranking", {reranker}},
    {"rerank-model", {reranker}},
    {"ranking", {reranker}},
    {"text-rerank", {reranker}},
    {"text-reranking", {reranker}},
    {"text-ranking", {reranker}},
    {"jina-rerank", {reranker}},
    {"cohere-rerank", {reranker}},
    {"cross-encoder", {reranker}},
    {"text-to-image", {text_to_image}},
    {"text2image", {text_to_image}},
    {"txt2img", {text_to_image}},
    {"t2i", {text_to_image}},
    {"unconditional-image-generation", {text_to_image}},
    {"image-to-image", {image_to_image}},
    {"image-text-to-image", {image_to_image}},
    {"image2image", {image_to_image}},
    {"img2img", {image_to_image}},
    {"i2i", {image_to_image}},
    {"image-edit", {image_to_image}},
    {"image-editing", {image_to_image}},
    {"images-edit", {image_to_image}},
    {"image-variation", {image_to_image}},
    {"images-variation", {image_to_image}},
    {"edit-image", {image_to_image}},
    {"inpaint", {image_to_image}},
    {"inpainting", {image_to_image}},
    {"image-inpainting", {image_to_image}},
    {"outpainting", {image_to_image}},
    {"ti2i", {text_to_image, image_to_image}},
    {"speech-to-text", {speech_to_text}},
    {"audio-to-text", {speech_to_text}},
    {"audio2text", {speech_to_text}},
    {"asr", {speech_to_text}},
    {"stt", {speech_to_text}},
    {"s2t", {speech_to_text}},
    {"speech-recognition", {speech_to_text}},
    {"automatic-speech-recognition", {speech_to_text}},
    {"transcribe", {speech_to_text}},
    {"transcript", {speech_to_text}},
    {"transcription", {speech_to_text}},
    {"audio-transcription", {speech_to_text}},
    {"audio-transcription-realtime", {speech_to_text}},
    {"audio-translation", {speech_to_text}},
    {"speech-translation", {speech_to_text}},
    {"realtime-transcription", {speech_to_text}},
    {"whispercpp", {speech_to_text}},
    {"tts", {text_to_speech}},
    {"t2s", {text_to_speech}},
    {"speech", {text_to_speech}},
    {"text-to-speech", {text_to_speech}},
    {"text-to-audio", {text_to_speech}},
    {"audio-generation", {text_to_speech}},
    {"text2audio", {text_to_speech}},
    {"text2speech", {text_to_speech}},
    {"text2audio-zero-shot", {text_to_speech}},
    {"text2audio-voice-cloning", {text_to_speech}},
    {"text2audio-emotion-control", {text_to_speech}},
    {"audio-speech", {text_to_speech}},
    {"speech-synthesis", {text_to_speech}},
    {"speech-generation", {text_to_speech}},
    {"voice-clone", {text_to_speech}},
    {"voice-cloning", {text_to_speech}},
    {"kokoro", {text_to_speech}},
    {"text-to-video", {text_to_video}},
    {"text2video", {text_to_video}},
    {"t2v", {text_to_video}},
    {"image-to-video", {image_to_video}},
    {"image-text-to-video", {image_to_video}},
    {"image2video", {image_to_video}},
    {"i2v", {image_to_video}},
    {"firstlastframe2video", {image_to_video}},
    {"ti2v", {text_to_video, image_to_video}},
};

struct OutsideWord {
  std::string_view word;
  Type type;
};

// Calls of these models have paths or bodies of their own. The type is that of their subject: of
// the output if they generate, of the input if they judge.
constexpr OutsideWord kOutsideWords[] = {
    {"moderation", Type::text},
    {"text-moderation", Type::text},
    {"safety", Type::text},
    {"guardrail", Type::text},
    {"classifier", Type::text},
    {"classify", Type::text},
    {"classification", Type::text},
    {"text-classification", Type::text},
    {"token-classification", Type::text},
    {"zero-shot-classification", Type::text},
    {"token-classify", Type::text},
    {"reward", Type::text},
    {"score", Type::text},
    {"decision", Type::text},
    {"ocr", Type::text},
    {"document-ocr", Type::text},
    {"optical-character-recognition", Type::text},
    {"translation", Type::text},
    {"summarization", Type::text},
    {"question-answering", Type::text},
    {"document-question-answering", Type::text},
    {"table-question-answering", Type::text},
    {"fill-mask", Type::text},
    {"named-entity-recognition", Type::text},
    {"time-series-forecasting", Type::text},
    {"tabular-classification", Type::text},
    {"tabular-regression", Type::text},
    {"detection", Type::image},
    {"object-detection", Type::image},
    {"zero-shot-object-detection", Type::image},
    {"image-classification", Type::image},
    {"zero-shot-image-classification", Type::image},
    {"image-segmentation", Type::image},
    {"mask-generation", Type::image},
    {"depth", Type::image},
    {"depth-estimation", Type::image},
    {"keypoint-detection", Type::image},
    {"face-recognition", Type::image},
    {"3d", Type::image},
    {"3d-generation", Type::image},
    {"3d-animation", Type::image},
    {"text-to-3d", Type::image},
    {"image-to-3d", Type::image},
    {"upscale", Type::image},
    {"image-upscaling", Type::image},
    {"upscaler", Type::image},
    {"upscaling", Type::image},
    {"super-resolution", Type::image},
    {"esrgan", Type::image},
    {"background-removal", Type::image},
    {"sound-generation", Type::audio},
    {"sound-effect", Type::audio},
    {"sound-classification", Type::audio},
    {"audio-classification", Type::audio},
    {"audio-to-audio", Type::audio},
    {"audio-transform", Type::audio},
    {"speech-to-speech", Type::audio},
    {"music", Type::audio},
    {"music-generation", Type::audio},
    {"text-to-music", Type::audio},
    {"vad", Type::audio},
    {"voice-activity-detection", Type::audio},
    {"diarization", Type::audio},
    {"speaker-diarization", Type::audio},
    {"speaker-recognition", Type::audio},
    {"speaker-embedding", Type::audio},
    {"realtime-audio", Type::audio},
    {"realtime", Type::audio},
    {"video-classification", Type::video},
    {"video-edit", Type::video},
    {"video-editing", Type::video},
    {"video-upscaling", Type::video},
    {"lip-sync", Type::video},
    {"video-to-video", Type::video},
    {"v2v", Type::video},
};

struct MediumWord {
  std::string_view word;
  Type type;
  bool made = false;  // in every place the word means that the model generates it
};

constexpr MediumWord kMediumWords[] = {
    {"image", Type::image},
    {"image-model", Type::image},
    {"diffusion", Type::image},
    {"sd-cpp", Type::image},
    {"flumina-base-model", Type::image},
    {"image-generation", Type::image, true},
    {"images-generation", Type::image, true},
    {"image-gen", Type::image, true},
    {"generate-image", Type::image, true},
    {"ig", Type::image, true},
    {"audio", Type::audio},
    {"audio-model", Type::audio},
    {"video", Type::video},
    {"video-model", Type::video},
    {"video-generation", Type::video, true},
    {"videos-generation", Type::video, true},
    {"video-gen", Type::video, true},
    {"generate-video", Type::video, true},
    {"vg", Type::video, true},
    {"video-submit", Type::video, true},
    {"openai-video", Type::video, true},
};

// Words of the same fields that say nothing about the class, each preceded by a blank.
constexpr std::string_view kNeutralWords =
    // Media that a model may take as well as generate, and media without a type. A text model may
    // chat, embed or rerank; one that describes images may chat or only caption.
    "text vision file pdf multimodal multilingual omni image-to-text "
    // Rows, ownership, training.
    "model base custom default system fine-tuned fine-tune fine-tuning finetune lora "
    "adapter instruct unknown other flexible inference hf-base-model hf-peft-addon "
    "custom-model flumina-addon live-merge agent agents-v2 assistant router open-source "
    "featured hot new free recommended popular suggested "
    // Features.
    "stream streaming coding mtp insert tokenize n logprobs seed prompt-cache "
    "prompt-caching caching system-prompt system-message web-search search citation "
    "grounding computer-use code-execution url-context context-management effort batch "
    "batches batch-generate-content parallel-tool-call parallel-function-calling "
    "tool-choice strict-tool safe-prompt native-streaming assistant-prefill "
    "response-schema attachment temperature log-probs e2ee tee serverless dedicated "
    "image-output audio-output count-token count-text-token create-cached-content "
    "cached-content pdf-input async bidi-generate-content hybrid video-status video-input "
    // Wire protocols; new-api gives `openai` to almost every model.
    "openai anthropic gemini openai-response openai-response-compact ";

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
  for (const auto& row : kSubTypeWords) {
    words.emplace(plain_word(row.word), Meaning{Sense::sub_type, row.sub_types});
  }
  for (const auto& row : kOutsideWords) {
    words.emplace(plain_word(row.word), Meaning{Sense::outside, {}, row.type});
  }
  for (const auto& row : kMediumWords) {
    words.emplace(plain_word(row.word), Meaning{Sense::medium, {}, row.type, row.made});
  }
  words.emplace("edit", Meaning{Sense::edit});
  for (auto rest = kNeutralWords; !rest.empty();) {
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
