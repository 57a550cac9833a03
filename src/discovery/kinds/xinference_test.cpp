#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(XinferenceKind, ReadsTypeAndAbilities) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"my-qwen","object":"model","created":0,"owned_by":"xinference","model_type":"LLM",
       "address":"10.0.0.7:41235","accelerators":["0"],"model_name":"qwen2.5-vl-instruct",
       "model_ability":["chat","vision","tools"],"context_length":32768,"replica":1},
      {"id":"bge-m3","model_type":"embedding","model_name":"bge-m3","dimensions":1024,
       "max_tokens":8192},
      {"id":"bge-reranker-v2-m3","model_type":"rerank","model_name":"bge-reranker-v2-m3"},
      {"id":"sdxl","model_type":"image","model_ability":["text2image","image2image","inpainting"]},
      {"id":"got-ocr","model_type":"image","model_ability":["ocr"]},
      {"id":"whisper","model_type":"audio","model_ability":["audio2text"]},
      {"id":"cosy","model_type":"audio","model_ability":["text2audio","text2audio_zero_shot"]},
      {"id":"old-audio","model_type":"audio"},
      {"id":"wan","model_type":"video","model_ability":["text2video","image2video"]},
      {"id":"flf","model_type":"video","model_ability":["firstlastframe2video"]},
      {"id":"flex","model_type":"flexible"}]})");
  EXPECT_EQ(upstream.list("xinference"),
            (Lines{"my-qwen {chat} base=qwen2.5-vl-instruct context=32768 in=text,image "
                   "can=tools,vision",
                   "bge-m3 {embedding} context=8192", "bge-reranker-v2-m3 {reranker}",
                   "sdxl {text-to-image,image-to-image}", "got-ocr {image}",
                   "whisper {speech-to-text}", "cosy {text-to-speech}", "old-audio {?}",
                   "wan {text-to-video,image-to-video}", "flf {image-to-video}", "flex {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
