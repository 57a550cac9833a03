#include "catalogue/classify.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

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

const auto kChat = ModelClass::of({SubType::chat});

/// The class of an id without the table, or by the rules alone.
Decision without_table(const Classifier& classifier, std::string_view id) {
  return classifier.by_registry(id)
      .or_else([&] { return classifier.by_rules(id); })
      .value_or(Decision{kChat, ClassSource::fallback, "fallback"});
}
Decision rules_alone(const Classifier& classifier, std::string_view id) {
  return classifier.by_rules(id).value_or(Decision{kChat, ClassSource::fallback, "fallback"});
}

struct Share {
  double exact = 0;  ///< the same class
  double hit = 0;    ///< a sub type in common, or none on both sides
};

/// Prints every miss, so that a drop in the share shows its cause.
template <class Decide>
Share share_of(std::span<const ClassRow> rows, Decide&& decide) {
  const Classifier classifier;
  std::size_t exact = 0;
  std::size_t hits = 0;
  for (const ClassRow& row : rows) {
    const Decision got = decide(classifier, row.id);
    const ModelClass& is = row.model_class;
    hits += got.model_class == is || got.model_class.sub_types.intersects(is.sub_types) ? 1 : 0;
    if (got.model_class == is) {
      ++exact;
    } else {
      std::printf("  miss %.*s: got %sby %s, is %s\n", static_cast<int>(row.id.size()),
                  row.id.data(), text_of(got.model_class).c_str(), got.rule.c_str(),
                  text_of(is).c_str());
    }
  }
  const auto total = static_cast<double>(rows.size());
  const Share share{static_cast<double>(exact) / total, static_cast<double>(hits) / total};
  std::printf("  of %zu: exact %.2f %%, hit %.2f %%\n", rows.size(), 100 * share.exact,
              100 * share.hit);
  return share;
}

/// The rows of a file beside this one; they view text that this owns.
class CaseFile {
 public:
  explicit CaseFile(const char* path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    csv_ = text.str();
    rows_ = parse_class_rows(csv_).value();
  }
  [[nodiscard]] const std::vector<ClassRow>& rows() const { return rows_; }
  /// The rows of a sub type, or those outside all of them.
  [[nodiscard]] std::vector<ClassRow> rows(bool outside) const {
    std::vector<ClassRow> some = rows_;
    std::erase_if(
        some, [&](const ClassRow& row) { return row.model_class.sub_types.empty() != outside; });
    return some;
  }

 private:
  std::string csv_;
  std::vector<ClassRow> rows_;
};

TEST(RulesAlone, AreExactOnTheTable) {
  EXPECT_GE(share_of(ClassTable().rows(), rules_alone).exact, 0.97);
}

// classify_cases.csv and fresh_cases.csv hold published ids that are not in the table. At first
// contact the rules of that day were exact on 96.5 % of the first; on the second on 91.4 % of the
// ids of a sub type and 32 % of the others, and the rules of today, with the registry, on 98.5 %
// and 94.7 % of two fifths of it that they were written without sight of. Families seen among the
// misses have been added since. Some misses stay: labels that differ in convention, and names that
// carry no hint.
TEST(RulesAlone, AreExactOnIdsOutsideTheTable) {
  const CaseFile cases("classify_cases.csv");
  ASSERT_GE(cases.rows().size(), 500U);
  const ClassTable table;
  for (const ClassRow& row : cases.rows()) EXPECT_EQ(table.find(row.id), nullptr) << row.id;
  EXPECT_GE(share_of(cases.rows(), rules_alone).exact, 0.95);
}

TEST(RulesAlone, AreExactOnFreshIds) {
  const CaseFile cases("fresh_cases.csv");
  EXPECT_GE(share_of(cases.rows(false), rules_alone).exact, 0.97);
  EXPECT_GE(share_of(cases.rows(true), rules_alone).exact, 0.93);
}

TEST(RegistryAndRules, AreExactOnIdsOutsideTheTable) {
  const CaseFile cases("classify_cases.csv");
  EXPECT_GE(share_of(cases.rows(), without_table).exact, 0.97);
}

TEST(RegistryAndRules, AreExactOnFreshIds) {
  const CaseFile cases("fresh_cases.csv");
  ASSERT_GE(cases.rows().size(), 380U);
  const Share share = share_of(cases.rows(false), without_table);
  EXPECT_GE(share.exact, 0.98);
  EXPECT_GE(share.hit, 0.98);
  EXPECT_GE(share_of(cases.rows(true), without_table).exact, 0.95);
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

/// Ids that a naive reading misclassifies.
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

/// Name spellings of common places to run models.
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
  evidence.id = "typesafe/jev-1.14.0";
  EXPECT_EQ(classifier.decide(evidence).source, ClassSource::registry);
  EXPECT_EQ(classifier.decide(evidence).model_class, kOtherText);
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
  EXPECT_EQ(classifier.classify("typesafe/jev-1.14.0").rule, "typesafe/jev-1.14.0 (litellm)");
  EXPECT_EQ(classifier.classify("acme/x1").rule, "");
}

TEST(Classifier, AsksTheBaseIdBeforeTheAlias) {
  const Classifier classifier;
  EXPECT_EQ(classifier.decide({.id = "prod", .base_id = "BAAI/bge-m3"}).source, ClassSource::table);
  EXPECT_EQ(classifier.decide({.id = "gpt-4o", .base_id = "BAAI/bge-m3"}).model_class, kEmbedding);
  EXPECT_EQ(classifier.decide({.id = "gte-x", .base_id = "/srv/Qwen9-8B"}).model_class, kChat);
  EXPECT_EQ(classifier.decide({.id = "bge-m9", .base_id = "/srv/weights"}).model_class, kEmbedding);
}

TEST(Explain, ListsEveryStepAndMarksTheOneThatDecides) {
  const Classifier classifier;
  const auto steps = classifier.explain({.id = "acme/bge-m9"});
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[0], (ExplainedStep{.source = ClassSource::config}));
  EXPECT_EQ(steps[1], (ExplainedStep{.source = ClassSource::upstream}));
  EXPECT_EQ(steps[2], (ExplainedStep{.source = ClassSource::table, .id = "acme/bge-m9"}));
  EXPECT_EQ(steps[3], (ExplainedStep{.source = ClassSource::registry, .id = "acme/bge-m9"}));
  EXPECT_EQ(steps[4], (ExplainedStep{.source = ClassSource::rule,
                                     .id = "acme/bge-m9",
                                     .model_class = kEmbedding,
                                     .rule = "embedding",
                                     .decides = true}));
  EXPECT_EQ(
      steps[5],
      (ExplainedStep{.source = ClassSource::fallback, .id = "acme/bge-m9", .model_class = kChat}));
}

TEST(Explain, SaysWhatTheStepsThatDoNotDecideWouldHaveSaid) {
  const Classifier classifier;
  const auto steps = classifier.explain({.id = "BAAI/bge-m3", .config = kChat});
  EXPECT_TRUE(steps[0].decides);
  EXPECT_EQ(steps[0].model_class, kChat);
  for (ClassSource source : {ClassSource::table, ClassSource::registry, ClassSource::rule}) {
    const auto step = std::ranges::find(steps, source, &ExplainedStep::source);
    ASSERT_NE(step, steps.end());
    EXPECT_EQ(step->model_class, kEmbedding) << name(source);
    EXPECT_FALSE(step->rule.empty()) << name(source);
    EXPECT_FALSE(step->decides) << name(source);
  }
}

TEST(Explain, AsksEachStepForTheBaseIdFirst) {
  const Classifier classifier;
  const auto steps = classifier.explain({.id = "gpt-4o", .base_id = "BAAI/bge-m3"});
  ASSERT_EQ(steps.size(), 9U);
  EXPECT_EQ(steps[2].id, "BAAI/bge-m3");
  EXPECT_TRUE(steps[2].decides);
  EXPECT_EQ(steps[3].id, "gpt-4o");
  EXPECT_FALSE(steps[3].decides);
}

TEST(Explain, AgreesWithTheDecision) {
  const Classifier classifier;
  for (std::string_view id : {"BAAI/bge-m3", "typesafe/jev-1.14.0", "bge-m9", "acme/x1", ""}) {
    for (std::string_view base_id : {"", "/srv/weights", "Qwen/Qwen3-8B", "acme/gte-x9"}) {
      const ClassEvidence evidence{.id = id, .base_id = base_id};
      const Decision decision = classifier.decide(evidence);
      const auto steps = classifier.explain(evidence);
      EXPECT_EQ(std::ranges::count(steps, true, &ExplainedStep::decides), 1);
      const auto step = std::ranges::find(steps, true, &ExplainedStep::decides);
      EXPECT_EQ(step->source, decision.source) << id << " " << base_id;
      EXPECT_EQ(step->model_class, decision.model_class) << id << " " << base_id;
      EXPECT_EQ(step->rule, decision.rule) << id << " " << base_id;
    }
  }
}

TEST(Facts, AreGivenForAWellKnownIdWithTheirSource) {
  const Classifier classifier;
  const auto facts = classifier.facts("gpt-4o");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->source, "litellm");
  EXPECT_EQ(facts->facts.context_length, 128'000);
  EXPECT_THAT(facts->facts.capabilities, testing::IsSupersetOf({"tools", "vision"}));
  EXPECT_THAT(facts->facts.input_modalities, testing::IsSupersetOf({"text", "image"}));
}

TEST(Facts, AreThoseOfTheBaseIdBehindAnAlias) {
  const Classifier classifier;
  const auto facts = classifier.facts("prod", "BAAI/bge-m3");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->facts.context_length, 8192);
  EXPECT_TRUE(classifier.facts("gpt-4o", "/srv/weights").has_value());
}

TEST(Facts, AreNotGivenForWeightsThatTheIdDoesNotName) {
  const Classifier classifier;
  for (std::string_view id : {"", "prod", "acme/x1", "unsloth/Qwen3-8B-GGUF:Q2_K", "acme/bge-m3"}) {
    EXPECT_FALSE(classifier.facts(id).has_value()) << id;
  }
}

}  // namespace
}  // namespace weir::catalogue
