#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(OpenAiKind, ReadsTheFourFields) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"system"},
      {"id":"text-embedding-3-small","object":"model","created":1705948997,"owned_by":"system"}]})");
  EXPECT_EQ(upstream.list("openai"),
            (Lines{"gpt-4o {?} owner=system created=1715367049",
                   "text-embedding-3-small {?} owner=system created=1705948997"}));
}

TEST(OpenAiKind, KeepsTheServersOrder) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"z"},{"id":"a"},{"id":"m"}]})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"z {?}", "a {?}", "m {?}"}));
}

TEST(OpenAiKind, LeavesOutACreatedThatIsTheTimeOfTheCall) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"now","created":1772323200},{"id":"an-hour-ago","created":1772319600},
      {"id":"two-days-ago","created":1772150400},{"id":"zero","created":0},
      {"id":"future","created":1999999999},{"id":"text","created":"yesterday"}]})");
  EXPECT_EQ(upstream.list("openai"),
            (Lines{"now {?}", "an-hour-ago {?}", "two-days-ago {?} created=1772150400", "zero {?}",
                   "future {?}", "text {?}"}));
}

TEST(OpenAiKind, ReadsWhatLlamaSwapAdds) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"flux","object":"model","owned_by":"llama-swap","name":"Flux","description":"…",
       "architecture":{"input_modalities":["text","image"],"output_modalities":["image"]},
       "capabilities":{"image_generation":true,"function_calling":false},
       "status":{"value":"unloaded","args":["--secret"]},"meta":{"llamaswap":{}}},
      {"id":"qwen","context_length":32768,
       "architecture":{"input_modalities":["text"],"output_modalities":["text"]},
       "capabilities":{"vision":false,"function_calling":true}}]})");
  EXPECT_EQ(upstream.list("openai"),
            (Lines{"flux {text-to-image,image-to-image} owner=llama-swap in=text,image out=image",
                   "qwen {?} context=32768 in=text out=text can=tools"}));
}

TEST(OpenAiKind, TakesSubTypesInOurSpelling) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"a","type":"text","sub_types":["chat","embedding"]},
      {"id":"b","type":"text","sub_type":"reranker"},{"id":"c","sub_type":"text2video"}]})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"a {chat,embedding}", "b {reranker}", "c {?}"}));
}

TEST(OpenAiKind, ReadsEnginesThatWereNotNamed) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"embedder","owned_by":"vllm","root":"BAAI/bge-m3","max_model_len":8192},
      {"id":"local","root":"/srv/models/x"},{"id":"org/same","root":"org/same"},
      {"id":"gguf","meta":{"n_ctx_train":131072,"n_embd":2560}}]})");
  EXPECT_EQ(upstream.list("openai"),
            (Lines{"embedder {?} base=BAAI/bge-m3 owner=vllm len=8192", "local {?}", "org/same {?}",
                   "gguf {?} context=131072"}));
}

TEST(OpenAiKind, TakesNoOwnerThatIsAPlace) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"a","owned_by":"/srv/models"},
      {"id":"b","owned_by":"http://10.0.0.7:8000"},{"id":"c","owned_by":"10.0.0.7:8000"}]})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"a {?}", "b {?}", "c {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
