#include "discovery/kinds/class_words.hpp"

#include <gtest/gtest.h>

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;
using catalogue::SubTypes;
using catalogue::Type;
using catalogue::Types;
using enum catalogue::SubType;
using Words = std::vector<std::string_view>;

TEST(ClassWords, SpellingMakesNoDifference) {
  for (const auto* word : {"text-generation", "Text Generation", "TEXT_GENERATION",
                           "TextGeneration", "text/generation"}) {
    EXPECT_EQ(class_of_word(word), ModelClass::of({chat})) << word;
  }
  for (const auto* word : {"chat.completions", "/v1/chat/completions", "llm/v1/chat",
                           "POST /api/v3/chat/completions", "chat_completion"}) {
    EXPECT_EQ(class_of_word(word), ModelClass::of({chat})) << word;
  }
}

TEST(ClassWords, OneWordNamesASubType) {
  struct Case {
    Words words;
    SubTypes sub_types;
  };
  const Case cases[] = {
      {{"LLM", "language", "any-to-any", "image-text-to-text", "responses", "messages", "t2t",
        "visual-question-answering", "completion_chat"},
       {chat}},
      {{"embed", "embeddings", "feature-extraction", "sentence-similarity", "Text Embeddings",
        "image_embed", "EMBEDDING_MODEL"},
       {embedding}},
      {{"rerank", "reranker", "reranking", "text-ranking", "jina-rerank", "/v2/rerank"},
       {reranker}},
      {{"text-to-image", "text2image", "T2I", "txt2img"}, {text_to_image}},
      {{"image-to-image", "image_edit", "images/edits", "inpainting", "I2I"}, {image_to_image}},
      {{"TI2I"}, {text_to_image, image_to_image}},
      {{"automatic-speech-recognition", "transcription", "stt", "asr", "audio2text",
        "audio/transcriptions", "audio_transcription", "whispercpp"},
       {speech_to_text}},
      {{"tts", "text-to-audio", "text2audio_zero_shot", "audio/speech", "speech"},
       {text_to_speech}},
      {{"text-to-video", "T2V", "text2video"}, {text_to_video}},
      {{"image-to-video", "I2V", "firstlastframe2video"}, {image_to_video}},
      {{"TI2V"}, {text_to_video, image_to_video}},
  };
  for (const auto& test : cases) {
    for (const auto word : test.words) {
      EXPECT_EQ(class_of_word(word), ModelClass::of(test.sub_types)) << word;
    }
  }
}

TEST(ClassWords, WordsOutsideAllSubTypesNameATypeAlone) {
  struct Case {
    Words words;
    Type type;
  };
  const Case cases[] = {
      {{"moderation", "classifier", "classify", "decision", "decisions", "ocr", "score",
        "text-classification", "Translation", "fill-mask"},
       Type::text},
      {{"detection", "object-detection", "3DGeneration", "image-segmentation", "depth-estimation",
        "upscaling"},
       Type::image},
      {{"sound_generation", "music", "vad", "diarization", "audio-to-audio", "realtime"},
       Type::audio},
  };
  for (const auto& test : cases) {
    for (const auto word : test.words) {
      EXPECT_EQ(class_of_word(word), (ModelClass{{}, {test.type}})) << word;
    }
  }
}

TEST(ClassWords, SomeKnownWordsDecideNothing) {
  Evidence evidence;
  for (const auto* word : {"text", "vision", "model", "base", "streaming", "openai"}) {
    EXPECT_TRUE(weigh(word, Place::purpose, evidence)) << word;
    EXPECT_EQ(class_of_word(word), std::nullopt) << word;
  }
  EXPECT_FALSE(weigh("hologram", Place::purpose, evidence));
  EXPECT_FALSE(weigh("", Place::purpose, evidence));
  EXPECT_EQ(class_of_word("image"), std::nullopt);
}

TEST(ClassWords, APlainMediumSaysSomethingAsAPurposeOrAnOutput) {
  const auto media = [](std::string_view word, Place place) {
    Evidence evidence;
    EXPECT_TRUE(weigh(word, place, evidence)) << word;
    return evidence.media;
  };
  EXPECT_EQ(media("image", Place::purpose), Types{Type::image});
  EXPECT_EQ(media("videos", Place::output), Types{Type::video});
  EXPECT_EQ(media("speech", Place::output), Types{Type::audio});
  EXPECT_EQ(media("image", Place::capability), Types{});
  EXPECT_EQ(media("speech", Place::capability), Types{});
  EXPECT_EQ(media("image_generation", Place::capability), Types{Type::image});
}

TEST(ClassWords, MediaAreRefinedByWhatTheModelTakesAndByItsId) {
  struct Case {
    Types media;
    Inputs inputs;
    const char* id;
    SubTypes made;
  };
  const Case cases[] = {
      {{Type::image}, {}, "flux", {text_to_image}},
      {{Type::image}, {.text = true, .image = true}, "flux", {text_to_image, image_to_image}},
      {{Type::image}, {.image = true}, "swinir", {image_to_image}},
      {{Type::image}, {.text = true, .image = true}, "Qwen-Image-Edit", {image_to_image}},
      {{Type::image}, {}, "qwen-image-edit", {}},
      {{Type::video}, {}, "wan", {text_to_video}},
      {{Type::video}, {.text = true, .image = true}, "veo", {text_to_video, image_to_video}},
      {{Type::video}, {}, "wan2.2-i2v", {}},
      {{Type::audio}, {.audio = true}, "x", {}},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(sub_types_of_media(test.media, test.inputs, test.id), test.made) << test.id;
  }
}

TEST(ClassWords, ModalitiesDecideAClassOnlyWithoutDoubt) {
  const auto of = [](Words input, Words output) { return class_of_modalities(input, output); };
  EXPECT_EQ(of({"text"}, {"text"}), std::nullopt);
  EXPECT_EQ(of({"audio"}, {"text", "audio"}), std::nullopt);
  EXPECT_EQ(of({"text", "audio"}, {"text"}), std::nullopt);
  EXPECT_EQ(of({"text"}, {}), std::nullopt);
  EXPECT_EQ(of({"audio"}, {"text"}), ModelClass::of({speech_to_text}));
  EXPECT_EQ(of({"text"}, {"audio"}), ModelClass::of({text_to_speech}));
  EXPECT_EQ(of({"text"}, {"video"}), ModelClass::of({text_to_video}));
  EXPECT_EQ(of({"text", "image"}, {"video"}), ModelClass::of({text_to_video, image_to_video}));
  EXPECT_EQ(of({"text", "image"}, {"image"}), ModelClass::of({text_to_image, image_to_image}));
  EXPECT_EQ(of({"text"}, {"rerank"}), ModelClass::of({reranker}));
  EXPECT_EQ(of({"audio"}, {"transcription"}), ModelClass::of({speech_to_text}));
  EXPECT_EQ(of({"text"}, {"embeddings"}), ModelClass::of({embedding}));
  EXPECT_EQ(of({"text"}, {"decisions"}), (ModelClass{{}, {Type::text}}));
}

}  // namespace
}  // namespace weir::discovery::kinds
