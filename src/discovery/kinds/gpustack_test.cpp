#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(GpuStackKind, ReadsCategoriesAndMeta) {
  ScriptedUpstream upstream;
  upstream.on("/models?with_meta=true", R"({"object":"list","data":[
      {"id":"qwen3","object":"model","created":1735689600,"owned_by":"gpustack",
       "categories":["llm"],"meta":{"n_ctx":8192,"n_ctx_train":40960,"path":"/var/lib/x"}},
      {"id":"bge","categories":["embedding"],"meta":null},
      {"id":"rr","categories":["reranker"]},{"id":"flux","categories":["image"]},
      {"id":"qwen-image-edit","categories":["image"]},
      {"id":"w","categories":["speech_to_text"]},{"id":"c","categories":["text_to_speech"]},
      {"id":"u","categories":["unknown"]},{"id":"old"}]})");
  EXPECT_EQ(upstream.list("gpustack"),
            (Lines{"qwen3 {chat} created=1735689600 context=40960 len=8192", "bge {embedding}",
                   "rr {reranker}", "flux {text-to-image}", "qwen-image-edit {?}",
                   "w {speech-to-text}", "c {text-to-speech}", "u {?}", "old {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
