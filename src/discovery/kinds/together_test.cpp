#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(TogetherKind, ReadsABareArrayWithTypes) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"([
      {"id":"Qwen/Qwen3-8B","object":"model","created":1745000000,"type":"chat","running":false,
       "display_name":"Qwen3 8B","organization":"Qwen","link":"https://x","context_length":40960,
       "config":{"chat_template":"…"},"pricing":{"input":0.2}},
      {"id":"meta-llama/Llama-2-7b","created":0,"type":"language"},
      {"id":"BAAI/bge-base","type":"embedding"},{"id":"Salesforce/Rank","type":"rerank"},
      {"id":"flux-schnell","type":"image"},{"id":"FLUX.1-Kontext-pro","type":"image"},
      {"id":"cartesia/sonic","type":"audio"},{"id":"openai/whisper","type":"transcribe"},
      {"id":"kling","type":"video"},{"id":"Virtue-Guard","type":"moderation"},
      {"id":"new","type":"hologram"}])");
  EXPECT_EQ(
      upstream.list("together"),
      (Lines{"Qwen/Qwen3-8B {chat} owner=Qwen created=1745000000 context=40960",
             "meta-llama/Llama-2-7b {chat}", "BAAI/bge-base {embedding}",
             "Salesforce/Rank {reranker}", "flux-schnell {text-to-image}", "FLUX.1-Kontext-pro {?}",
             "cartesia/sonic {text-to-speech}", "openai/whisper {speech-to-text}",
             "kling {text-to-video}", "Virtue-Guard {text}", "new {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
