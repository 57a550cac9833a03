#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(VllmKind, ReadsWhatStandsBehindAnAlias) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"embedder","object":"model","created":1772323199,"owned_by":"vllm",
       "root":"BAAI/bge-m3","parent":null,"max_model_len":8192,
       "permission":[{"id":"modelperm-1","object":"model_permission","created":1772323199,
                      "allow_view":true,"organization":"*"}]}]})");
  EXPECT_EQ(upstream.list("vllm"), (Lines{"embedder {?} base=BAAI/bge-m3 len=8192"}));
}

TEST(VllmKind, ReadsTheBaseOfALoraAdapter) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"qwen","owned_by":"vllm","root":"Qwen/Qwen3-8B","parent":null,"max_model_len":40960},
      {"id":"sql","owned_by":"vllm","root":"/srv/lora/sql","parent":"qwen"},
      {"id":"other","owned_by":"vllm","root":"/srv/lora/other","parent":"Qwen/Qwen3-14B"}]})");
  EXPECT_EQ(upstream.list("vllm"),
            (Lines{"qwen {?} base=Qwen/Qwen3-8B len=40960", "sql {?} base=Qwen/Qwen3-8B",
                   "other {?} base=Qwen/Qwen3-14B"}));
}

TEST(VllmKind, KeepsOfAPathWhatNamesTheModel) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[
      {"id":"a","root":"/data/models/bge-reranker-v2-m3/"},
      {"id":"b","root":"/root/.cache/huggingface/hub/models--BAAI--bge-m3/snapshots/5617a9f61b028005a4858fdac845db406aefb181"},
      {"id":"c","root":"/x/5617a9f61b028005a4858fdac845db406aefb181"},
      {"id":"Qwen/Qwen3-8B","root":"Qwen/Qwen3-8B"}]})");
  EXPECT_EQ(upstream.list("vllm"), (Lines{"a {?} base=bge-reranker-v2-m3", "b {?} base=BAAI/bge-m3",
                                          "c {?}", "Qwen/Qwen3-8B {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
