#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(CohereKind, ReadsEndpointsOverPages) {
  ScriptedUpstream upstream;
  upstream
      .on("/v1/models?page_size=1000", R"({"models":[
          {"name":"command-a-03-2025","endpoints":["generate","chat","summarize"],
           "finetuned":false,"context_length":288000,"tokenizer_url":"https://storage/x.json",
           "features":["tools","json_mode","strict_tools"]},
          {"name":"command-a-vision","endpoints":["chat"],"supports_vision":true},
          {"name":"embed-v4.0","endpoints":["embed","classify"],"context_length":128000}],
          "next_page_token":"t2"})")
      .on("/v1/models?page_size=1000&page_token=t2", R"({"models":[
          {"name":"rerank-v3.5","endpoints":["rerank"]},
          {"name":"sorter","endpoints":["classify"]},{"name":"odd","endpoints":[]}]})");
  EXPECT_EQ(upstream.list("cohere"),
            (Lines{"command-a-03-2025 {chat} context=288000 can=tools,json_mode",
                   "command-a-vision {chat} can=vision", "embed-v4.0 {embedding} context=128000",
                   "rerank-v3.5 {reranker}", "sorter {text}", "odd {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
