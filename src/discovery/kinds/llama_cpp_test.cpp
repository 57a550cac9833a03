#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(LlamaCppKind, ReadsAServerWithOneModel) {
  ScriptedUpstream upstream;
  upstream
      .on("/models", R"({"models":[{"name":"gemma","model":"gemma","capabilities":["completion"]}],
          "object":"list","data":[{"id":"gemma","object":"model","created":1772323200,
          "owned_by":"llamacpp","meta":{"vocab_type":1,"n_vocab":262144,"n_ctx_train":131072,
          "n_embd":2560,"n_params":3880099328,"size":2482049024}}]})")
      .on("/props", R"({"default_generation_settings":{"id":0,"n_ctx":8192,"params":{}},
          "total_slots":4,"model_path":"/srv/gemma.gguf","chat_template":"…",
          "chat_template_caps":{"supports_tools":true},
          "modalities":{"vision":true,"audio":false},"build_info":"b6000-abc"})");
  EXPECT_EQ(upstream.list("llama.cpp"),
            (Lines{"gemma {?} context=131072 len=8192 in=text,image can=tools,vision"}));
}

TEST(LlamaCppKind, NamesAnUnaliasedModelByItsFile) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"/home/user/models/bge-m3-q8.gguf","meta":null}]})");
  EXPECT_EQ(upstream.list("llama.cpp"), (Lines{"bge-m3-q8.gguf {?}"}));
}

TEST(LlamaCppKind, AsksARouterOnlyAboutLoadedModelsAndOneAtATime) {
  ScriptedUpstream upstream;
  upstream
      .on("/models", R"({"object":"list","data":[
          {"id":"ggml-org/gemma-3-4b-it-GGUF:Q4_K_M","in_cache":true,"path":"/c/gemma.gguf",
           "status":{"value":"loaded","args":["llama-server","-ctx","4096"]}},
          {"id":"ggml-org/Qwen3-8B-GGUF:Q8_0","in_cache":true,"path":"/c/qwen.gguf",
           "status":{"value":"unloaded"}},
          {"id":"second","status":{"value":"loaded","args":["--api-key","hush"]}},
          {"id":"starting","status":{"value":"loading"}},
          {"id":"broken","status":{"value":"unloaded","failed":true,"exit_code":1}}]})")
      .on("/props?model=ggml-org%2Fgemma-3-4b-it-GGUF%3AQ4_K_M&autoload=false",
          R"({"default_generation_settings":{"n_ctx":4096},"modalities":{"vision":true}})");
  EXPECT_EQ(
      upstream.list("llama.cpp"),
      (Lines{"ggml-org/gemma-3-4b-it-GGUF:Q4_K_M {?} len=4096 in=text,image can=vision",
             "ggml-org/Qwen3-8B-GGUF:Q8_0 {?}", "second {?}", "starting {?}", "broken {?} off"}));
  EXPECT_EQ(upstream.asked(),
            (Lines{"/models", "/props?model=ggml-org%2Fgemma-3-4b-it-GGUF%3AQ4_K_M&autoload=false",
                   "/props?model=second&autoload=false"}));
  EXPECT_EQ(upstream.batches(), (std::vector<std::size_t>{1, 1, 1}));
}

TEST(LlamaCppKind, TakesAnImageOutputAsTypedButNeverTrustsText) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"a","architecture":{"input_modalities":["text"],"output_modalities":["text"]}},
      {"id":"b","architecture":{"input_modalities":["text"],"output_modalities":["audio"]}}]})");
  EXPECT_EQ(upstream.list("llama.cpp"),
            (Lines{"a {?} in=text out=text", "b {text-to-speech} in=text out=audio"}));
}

TEST(LlamaCppKind, AsksNothingMoreOfAServerWithoutModels) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[]})");
  EXPECT_EQ(upstream.list("llama.cpp"), Lines{});
  EXPECT_EQ(upstream.asked(), (Lines{"/models"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
