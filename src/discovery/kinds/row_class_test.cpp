#include "discovery/kinds/row_class.hpp"

#include <boost/json/parse.hpp>

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

struct Case {
  const char* fields;  // of a row whose id is `id`
  const char* classes;
  const char* id = "m";
};

void expect_classes(std::span<const Case> cases) {
  for (const auto& test : cases) {
    const auto body = fmt::format(R"({{"data":[{{"id":"{}",{}}}]}})", test.id, test.fields);
    const auto models = ScriptedUpstream().on("/models", body).models("openai");
    ASSERT_TRUE(models.has_value()) << body;
    const catalogue::UpstreamModel bare{.id = test.id, .model_class = models->front().model_class};
    EXPECT_EQ(show(bare), fmt::format("{} {{{}}}", test.id, test.classes)) << test.fields;
  }
}

TEST(RowClass, ReadsTheTypedFieldsOfGenericRows) {
  const Case cases[] = {
      // Vercel AI Gateway
      {R"("type":"language","tags":["vision","image-generation"])", "chat"},
      {R"("type":"embedding")", "embedding"},
      {R"("type":"reranking")", "reranker"},
      {R"("type":"transcription")", "speech-to-text"},
      {R"("type":"image")", "text-to-image"},
      {R"("type":"video")", "text-to-video"},
      {R"("type":"realtime")", "audio"},
      // Novita
      {R"("model_type":"chat","features":["serverless","function-calling"])", "chat"},
      {R"("endpoints":["chat/completions","completions"])", "chat"},
      // Lemonade
      {R"("labels":["reranking"],"recipe":"llamacpp")", "reranker"},
      {R"("labels":["embeddings"],"recipe":"llamacpp")", "embedding"},
      {R"("labels":["image"],"recipe":"sd-cpp")", "text-to-image"},
      {R"("labels":["image","edit"],"recipe":"sd-cpp")", "text-to-image,image-to-image"},
      {R"("labels":["audio","transcription"],"recipe":"whispercpp")", "speech-to-text"},
      {R"("labels":["audio"],"recipe":"whispercpp")", "speech-to-text"},
      {R"("labels":["tts","speech"],"recipe":"kokoro")", "text-to-speech"},
      {R"("labels":["vision","tool-calling","hot"],"recipe":"llamacpp")", "?"},
      // Infinity
      {R"("capabilities":["embed"])", "embedding"},
      {R"("capabilities":["rerank"])", "reranker"},
      {R"("capabilities":["embed","rerank","classify"])", "reranker"},
      {R"("capabilities":["classify"])", "text"},
      // SGLang's diffusion server
      {R"("task_type":"T2V","owned_by":"sglang")", "text-to-video"},
      {R"("task_type":"TI2I","owned_by":"sglang")", "text-to-image,image-to-image"},
      // GPUStack
      {R"("categories":["llm"])", "chat"},
      {R"("categories":["image"])", "text-to-image"},
      {R"("categories":["image","image_edit"])", "text-to-image,image-to-image"},
      {R"("categories":["image"])", "?", "qwen-image-edit"},
      // Xinference
      {R"("model_type":"image","model_ability":["image2image"])", "image-to-image"},
      {R"("model_type":"audio","model_ability":["text2audio"])", "text-to-speech"},
      {R"("model_type":"audio")", "?"},
      {R"("model_type":"image","model_ability":["ocr"])", "image"},
      // LocalAI
      {R"("capabilities":["chat","vision"],"output_modalities":["text"])", "chat"},
      {R"("capabilities":["sound_generation"],"output_modalities":["audio"])", "audio"},
      {R"("capabilities":["detection"],"input_modalities":["image"])", "image"},
      {R"("capabilities":["decisions","score"])", "text"},
      {R"("capabilities":["embeddings","rerank"])", "reranker"},
      // DeepInfra
      {R"("type":"text-generation","reported_type":"text-generation")", "chat"},
      {R"("type":"text-to-image")", "text-to-image"},
      // GitHub Models
      {R"("task":"chat-completion")", "chat"},
      {R"("task":"embeddings")", "embedding"},
      {R"("supported_output_modalities":["embeddings"])", "embedding"},
      // Cloudflare Workers AI
      {R"("task":{"id":"c329","name":"Text Generation"})", "chat"},
      {R"("task":{"name":"Automatic Speech Recognition"})", "speech-to-text"},
      {R"("task":{"name":"Object Detection"})", "image"},
      // LiteLLM, Azure, new-api, Databricks, Ark, Fireworks, Venice, llama-swap
      {R"("model_info":{"mode":"image_generation"})", "text-to-image"},
      {R"("mode":"audio_transcription")", "speech-to-text"},
      {R"("capabilities":{"chat_completion":true,"embeddings":false})", "chat"},
      {R"("supported_endpoint_types":["openai"])", "?"},
      {R"("supported_endpoint_types":["image-generation","openai"])", "text-to-image"},
      {R"("task":"llm/v1/embeddings")", "embedding"},
      {R"("domain":"VideoGeneration","task_type":["TextToVideo","ImageToVideo"])",
       "text-to-video,image-to-video"},
      {R"("supports_chat":true,"supports_image_input":false)", "chat"},
      {R"("kind":"EMBEDDING_MODEL","supports_chat":false)", "embedding"},
      {R"("model_spec":{"type":"tts"})", "text-to-speech"},
      {R"("capabilities":{"reranker":true,"vision":false})", "reranker"},
  };
  expect_classes(cases);
}

TEST(RowClass, TheFirstFieldThatNamesSubTypesDecides) {
  const Case cases[] = {
      {R"("sub_types":["chat"],"type":"image")", "chat"},
      {R"("type":"chat","capabilities":["embed"])", "chat"},
      {R"("capabilities":["tts"],"output_modalities":["image"])", "text-to-speech"},
      {R"("type":"model","task":"rerank")", "reranker"},
      {R"("type":"image","capabilities":["chat"])", "text-to-image"},
      {R"("type":"audio","capabilities":["chat"])", "chat"},
      {R"("type":"video","input_modalities":["text","image"])", "text-to-video,image-to-video"},
      {R"("type":"audio","output_modalities":["audio"])", "text-to-speech"},
      {R"("type":"audio","input_modalities":["audio"],"output_modalities":["text"])",
       "speech-to-text"},
      {R"("architecture":{"modality":"text+image->text"})", "?"},
      {R"("architecture":{"modality":"text->embedding"})", "embedding"},
      {R"("modalities":{"input":["text"],"output":["image"]})", "text-to-image"},
  };
  expect_classes(cases);
}

TEST(RowClass, AWordOutsideAllSubTypesYieldsToOneOfThem) {
  const Case cases[] = {
      {R"("capabilities":["ocr","chat"])", "chat"},
      {R"("capabilities":["embed","classify"])", "embedding"},
      {R"("capabilities":{"ocr":true,"vision":true,"function_calling":true})", "?"},
      {R"("capabilities":{"ocr":true,"vision":true})", "text"},
      {R"("task":"text-classification","capabilities":["rerank"])", "reranker"},
      {R"("task":"ocr","output_modalities":["text"])", "text"},
  };
  expect_classes(cases);
}

TEST(RowClass, AnUnknownWordDecidesNothingAndIsTold) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"a","type":"hologram","capabilities":["streaming","levitation"]},
      {"id":"b","type":"hologram","task":"chat"},
      {"id":"c","type":"/srv/models/x","task":"http://10.0.0.7","mode":"3f2504e04f8911d39a0c"},
      {"id":"d","output_modalities":["smell"],"categories":["one that is much longer than any word"]}]})");
  const auto listing = upstream.listing("openai");
  EXPECT_EQ(listing->unknown_words,
            (Lines{"hologram", "levitation", "one that is much longer than any", "smell"}));
  EXPECT_EQ(show(listing->models[0]), "a {?}");
  EXPECT_EQ(show(listing->models[1]), "b {chat}");
}

TEST(RowClass, KeepsABoundedNumberOfUnknownWords) {
  std::vector<std::string> rows;
  for (char c = 'a'; c <= 'z'; ++c) {
    rows.push_back(fmt::format(R"({{"id":"{0}","type":"un{0}known"}})", c));
  }
  ScriptedUpstream upstream;
  upstream.on("/models", fmt::format(R"([{}])", fmt::join(rows, ",")));
  EXPECT_EQ(upstream.listing("openai")->unknown_words.size(), kMaxUnknownWords);
}

}  // namespace
}  // namespace weir::discovery::kinds
