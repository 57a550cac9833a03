#include "catalogue/classify.hpp"

#include <cctype>
#include <cstdio>
#include <fstream>
#include <span>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

std::string text_of(const ModelClass& model_class) {
  std::string text;
  model_class.types.for_each([&](Type type) { text.append(wire_name(type)).append(" "); });
  model_class.sub_types.for_each([&](SubType sub) { text.append(wire_name(sub)).append(" "); });
  return text;
}

/// Prints every miss, so that a fall in the figure says what fell.
double exact_share(std::span<const ClassRow> rows) {
  const Classifier classifier;
  std::size_t exact = 0;
  for (const ClassRow& row : rows) {
    const Decision got = classifier.by_rules(row.id).value_or(
        Decision{ModelClass::of({SubType::chat}), ClassSource::fallback, "fallback"});
    if (got.model_class == row.model_class) {
      ++exact;
    } else {
      std::printf("  miss %.*s: got %sby %s, is %s\n", static_cast<int>(row.id.size()),
                  row.id.data(), text_of(got.model_class).c_str(), got.rule.c_str(),
                  text_of(row.model_class).c_str());
    }
  }
  const double share = static_cast<double>(exact) / static_cast<double>(rows.size());
  std::printf("  exact: %zu of %zu, %.2f %%\n", exact, rows.size(), 100 * share);
  return share;
}

TEST(RulesAlone, AreExactOnTheTable) { EXPECT_GE(exact_share(ClassTable().rows()), 0.97); }

// classify_cases.csv holds published ids that are not in the table. The rules were written without
// sight of them and were exact on 96.5 % at first contact; families seen among the misses have been
// added since. What stays is labels that differ in convention, and names that carry no hint.
TEST(RulesAlone, AreExactOnIdsOutsideTheTable) {
  std::ifstream file("classify_cases.csv");
  std::stringstream text;
  text << file.rdbuf();
  const std::string csv = text.str();
  const auto rows = parse_class_rows(csv);
  ASSERT_TRUE(rows.has_value());
  ASSERT_GE(rows->size(), 500U);
  const ClassTable table;
  for (const ClassRow& row : *rows) EXPECT_EQ(table.find(row.id), nullptr) << row.id;
  EXPECT_GE(exact_share(*rows), 0.95);
}

struct Case {
  std::string_view id;
  ModelClass expected;
};

class RulesAloneOn : public testing::TestWithParam<Case> {};

TEST_P(RulesAloneOn, AreRight) {
  static const RuleSet rules;
  const Rule* rule = rules.match(GetParam().id);
  const ModelClass got = rule == nullptr ? ModelClass::of({SubType::chat}) : rule->model_class();
  EXPECT_EQ(got, GetParam().expected)
      << "got " << text_of(got) << "by " << (rule == nullptr ? "fallback" : rule->name);
}

const auto kChat = ModelClass::of({SubType::chat});
const auto kEmbedding = ModelClass::of({SubType::embedding});
const auto kReranker = ModelClass::of({SubType::reranker});
const auto kToText = ModelClass::of({SubType::speech_to_text});
const auto kToSpeech = ModelClass::of({SubType::text_to_speech});
const auto kToImage = ModelClass::of({SubType::text_to_image});
const auto kImageEdit = ModelClass::of({SubType::image_to_image});
const auto kBothImage = ModelClass::of({SubType::text_to_image, SubType::image_to_image});
const auto kToVideo = ModelClass::of({SubType::text_to_video});
const auto kImageToVideo = ModelClass::of({SubType::image_to_video});
const auto kBothVideo = ModelClass::of({SubType::text_to_video, SubType::image_to_video});
const ModelClass kOtherText{.sub_types = {}, .types = {Type::text}};
const ModelClass kOtherImage{.sub_types = {}, .types = {Type::image}};
const ModelClass kOtherAudio{.sub_types = {}, .types = {Type::audio}};

std::string case_name(const testing::TestParamInfo<Case>& info) {
  std::string name;
  for (char c : info.param.id) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

/// Ids that a naive reading puts in another class.
INSTANTIATE_TEST_SUITE_P(
    Traps, RulesAloneOn,
    testing::Values(
        Case{"BAAI/bge-reranker-v2-m3", kReranker},
        Case{"netease-youdao/bce-reranker-base_v1", kReranker},
        Case{"Qwen/Qwen3-VL-Reranker-8B", kReranker},
        Case{"Qwen/Qwen3-VL-Embedding-8B", kEmbedding},
        Case{"Alibaba-NLP/gte-Qwen2-7B-instruct", kEmbedding},
        Case{"Alibaba-NLP/gme-Qwen2-VL-2B-Instruct", kEmbedding},
        Case{"intfloat/e5-mistral-7b-instruct", kEmbedding},
        Case{"shibing624/text2vec-base-chinese", kEmbedding}, Case{"moka-ai/m3e-base", kEmbedding},
        Case{"amazon.titan-embed-image-v1", kEmbedding},
        Case{"Qwen/Qwen3-Omni-30B-A3B-Captioner", kChat},
        Case{"Qwen/Qwen2-Audio-7B-Instruct", kChat}, Case{"gpt-4o-audio-preview", kChat},
        Case{"deepseek-ai/DeepSeek-OCR", kChat}, Case{"PaddlePaddle/PaddleOCR-VL-1.5", kChat},
        Case{"google/diffusiongemma-26B-A4B-it", kChat}, Case{"amazon.nova-2-lite", kChat},
        Case{"amazon/nova-2-lite-v1", kChat}, Case{"deepgram/nova-2", kToText},
        Case{"nova-3-medical", kToText}, Case{"gpt-4o-transcribe", kToText},
        Case{"gpt-4o-mini-tts", kToSpeech}, Case{"liquidai.lfm2-2.6b-transcript", kChat},
        Case{"vibevoice-tts-crispasr", kToSpeech}, Case{"piper-en-us-amy-crispasr", kToSpeech},
        Case{"TeleAI/TeleSpeechASR", kToText}, Case{"FunAudioLLM/SenseVoiceSmall", kToText},
        Case{"RVC-Boss/GPT-SoVITS", kToSpeech}, Case{"fnlp/MOSS-TTSD-v0.5", kToSpeech},
        Case{"IndexTeam/IndexTTS-2", kToSpeech}, Case{"Kwai-Kolors/Kolors", kToImage},
        Case{"Tongyi-MAI/Z-Image", kToImage}, Case{"THUDM/CogView4-6B", kToImage},
        Case{"Qwen/Qwen-Image-Edit-2509", kImageEdit}, Case{"FLUX.1-Kontext-dev", kImageEdit},
        Case{"gemini-2.5-flash-image", kBothImage}, Case{"nano-banana-pro-preview", kBothImage},
        Case{"Wan-AI/Wan2.2-TI2V-5B", kBothVideo},
        Case{"stable-video-diffusion-img2vid-xt", kImageToVideo},
        Case{"LLaVA-NeXT-Video-7B", kChat}, Case{"LLaVA-Video-7B", kChat},
        Case{"hunyuanvideo-community/HunyuanVideo", kToVideo}, Case{"tencent/Hunyuan-MT-7B", kChat},
        Case{"omni-moderation-latest", kOtherText}, Case{"gpt-realtime", kOtherAudio},
        Case{"models/lyria-realtime-exp", kOtherAudio},
        Case{"speech_campplus_sv_zh_en_16k-common_advanced", kOtherAudio},
        Case{"meta-llama/llama-prompt-guard-2-86m", kOtherText},
        Case{"SamLowe/roberta-base-go_emotions", kOtherText}),
    case_name);

/// How the places people run models in spell names.
INSTANTIATE_TEST_SUITE_P(
    Spellings, RulesAloneOn,
    testing::Values(
        Case{"nomic-embed-text:latest", kEmbedding}, Case{"all-minilm", kEmbedding},
        Case{"snowflake-arctic-embed:335m", kEmbedding},
        Case{"hf.co/gpustack/bge-reranker-v2-m3-GGUF:Q8_0", kReranker},
        Case{"text-embedding-nomic-embed-text-v1.5@q8_0", kEmbedding},
        Case{"Qwen3-Embedding-0.6B-Q8_0.gguf", kEmbedding},
        Case{"Qwen2.5-7B-Instruct-Q4_K_M.gguf", kChat}, Case{"ggml-base.en.bin", kToText},
        Case{"en_US-amy-medium.onnx", kToSpeech}, Case{"flux1-dev-Q4_0.gguf", kToImage},
        Case{"sd_xl_base_1.0.safetensors", kToImage}, Case{"wan2.1_t2v_1.3B", kToVideo},
        Case{"wan2.5-i2v-preview", kImageToVideo}, Case{"wan2.2-t2i-flash", kToImage},
        Case{"fireworks_ai/accounts/fireworks/models/qwen3-8b", kChat},
        Case{"azure/speech/azure-tts", kToSpeech}, Case{"assemblyai/best", kToText},
        Case{"aws_polly/neural", kToSpeech}, Case{"vertex_ai/textembedding-gecko@003", kEmbedding},
        Case{"us.cohere.rerank-v3-5:0", kReranker},
        Case{"cross-encoder/ms-marco-MiniLM-L-6-v2", kReranker},
        Case{"sentence-transformers/LaBSE", kEmbedding}, Case{"silero-vad", kOtherAudio},
        Case{"facebook/musicgen-small", kOtherAudio}, Case{"rfdetr-base", kOtherImage},
        Case{"qwen3-tts-flash-realtime", kToSpeech}, Case{"WhisperSpeech/WhisperSpeech", kToSpeech},
        Case{"mercury-edit", kChat}, Case{"jondurbin/bagel-34b-v0.2", kChat}),
    case_name);

TEST(Classifier, FollowsTheOrderOfEvidence) {
  const Classifier classifier;
  ClassEvidence evidence{
      .id = "BAAI/bge-m3", .base_id = {}, .config = kChat, .upstream = kReranker};
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::config);
  EXPECT_EQ(classifier.decide(evidence).model_class, kChat);
  evidence.config.reset();
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::upstream);
  EXPECT_EQ(classifier.decide(evidence).model_class, kReranker);
  evidence.upstream.reset();
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::table);
  EXPECT_EQ(classifier.decide(evidence).model_class, kEmbedding);
  evidence.id = "acme/bge-m9";
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::rule);
  EXPECT_EQ(classifier.decide(evidence).model_class, kEmbedding);
  evidence.id = "acme/x1";
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::fallback);
  EXPECT_EQ(classifier.decide(evidence).model_class, kChat);
}

TEST(Classifier, TellsTheOperatorWhatDecided) {
  const Classifier classifier;
  EXPECT_EQ(classifier.classify("acme/bge-m9").rule, "embedding");
  EXPECT_THAT(classifier.classify("assemblyai/best").rule,
              testing::StartsWith("assemblyai/best ("));
  EXPECT_EQ(classifier.classify("acme/x1").rule, "");
}

TEST(Classifier, AsksTheBaseIdBeforeTheAlias) {
  const Classifier classifier;
  EXPECT_EQ(classifier.decide({.id = "prod", .base_id = "BAAI/bge-m3"}).source, ClassSource::table);
  EXPECT_EQ(classifier.decide({.id = "gpt-4o", .base_id = "BAAI/bge-m3"}).model_class, kEmbedding);
  EXPECT_EQ(classifier.decide({.id = "gte-x", .base_id = "/srv/Qwen9-8B"}).model_class, kChat);
  EXPECT_EQ(classifier.decide({.id = "bge-m9", .base_id = "/srv/weights"}).model_class, kEmbedding);
}

}  // namespace
}  // namespace weir::catalogue
