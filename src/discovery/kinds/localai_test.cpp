#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(LocalAiKind, ReadsUseCases) {
  ScriptedUpstream upstream;
  upstream.on("/models/capabilities", R"({"object":"list","data":[
      {"id":"qwen3-vl","object":"model","capabilities":["chat","completion","vision","tools","thinking"],
       "input_modalities":["text","image"],"output_modalities":["text"],"context_size":8192},
      {"id":"bge","object":"model","capabilities":["embeddings"]},
      {"id":"jina-reranker","object":"model","capabilities":["embeddings","rerank"]},
      {"id":"qwen3-vl-reranker-8b","object":"model","capabilities":["embeddings"]},
      {"id":"flux","object":"model","capabilities":["image"],"output_modalities":["image"]},
      {"id":"wan","object":"model","capabilities":["video"]},
      {"id":"piper","object":"model","capabilities":["tts"]},
      {"id":"whisper","object":"model","capabilities":["transcript"]},
      {"id":"silero","object":"model","capabilities":["vad"]},{"id":"bare","object":"model"}]})");
  EXPECT_EQ(
      upstream.list("localai"),
      (Lines{"qwen3-vl {chat} len=8192 in=text,image out=text can=tools,vision,reasoning",
             "bge {embedding}", "jina-reranker {reranker}", "qwen3-vl-reranker-8b {?}",
             "flux {text-to-image} out=image", "wan {text-to-video}", "piper {text-to-speech}",
             "whisper {speech-to-text}", "silero {audio}", "bare {?}"}));
}

TEST(LocalAiKind, ReadsUseCasesOutsideAllSubTypesAndLeavesEditModelsToTheirIds) {
  ScriptedUpstream upstream;
  upstream.on("/models/capabilities", R"({"object":"list","data":[
      {"id":"musicgen","capabilities":["sound_generation"],"output_modalities":["audio"]},
      {"id":"rfdetr","capabilities":["detection"],"input_modalities":["image"]},
      {"id":"guard","capabilities":["decisions","score"]},
      {"id":"esrgan","capabilities":["upscale"],"output_modalities":["image"]},
      {"id":"qwen-image-edit","capabilities":["image"],"output_modalities":["image"]},
      {"id":"kontext","capabilities":["image"],"input_modalities":["text","image"],
       "output_modalities":["image"]},
      {"id":"llm","capabilities":["chat","completion","edit","embeddings"]}]})");
  EXPECT_EQ(upstream.list("localai"),
            (Lines{"musicgen {audio} out=audio", "rfdetr {image} in=image", "guard {text}",
                   "esrgan {image} out=image", "qwen-image-edit {?} out=image",
                   "kontext {image-to-image} in=text,image out=image", "llm {chat,embedding}"}));
}

TEST(LocalAiKind, FallsBackToThePlainList) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[{"id":"m","object":"model"}]})");
  EXPECT_EQ(upstream.list("localai"), (Lines{"m {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
