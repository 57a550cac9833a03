#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr const char* kUnknownPath = R"({"error":"Unexpected endpoint or method."})";

TEST(LmStudioKind, ReadsTypesAndKeepsModelsThatAreNotLoaded) {
  ScriptedUpstream upstream;
  upstream.on("/api/v0/models", R"({"object":"list","data":[
      {"id":"qwen2-vl-7b-instruct","object":"model","type":"vlm","publisher":"mlx-community",
       "arch":"qwen2_vl","quantization":"4bit","state":"not-loaded","max_context_length":32768},
      {"id":"qwen3-8b","type":"llm","publisher":"qwen","state":"loaded",
       "max_context_length":40960,"loaded_context_length":8192,"capabilities":["tool_use"]},
      {"id":"text-embedding-nomic-embed-text-v1.5","type":"embeddings","state":"not-loaded",
       "max_context_length":2048}]})");
  EXPECT_EQ(upstream.list("lmstudio"),
            (Lines{"qwen2-vl-7b-instruct {chat} owner=mlx-community context=32768 in=text,image "
                   "can=vision",
                   "qwen3-8b {chat} owner=qwen context=40960 len=8192 can=tools",
                   "text-embedding-nomic-embed-text-v1.5 {embedding} context=2048"}));
}

TEST(LmStudioKind, AsksTheNewerListFirstAndNamesItsInstances) {
  ScriptedUpstream upstream;
  upstream.on("/api/v0/models", R"({"data":[{"id":"older","type":"llm"}]})");
  upstream.on("/api/v1/models", R"({"models":[
      {"type":"llm","publisher":"google","key":"google/gemma-3-4b","display_name":"Gemma 3 4B",
       "loaded_instances":[{"id":"google/gemma-3-4b","config":{"context_length":4096}},
                           {"id":"google/gemma-3-4b:2","config":{"context_length":8192}}],"max_context_length":131072,
       "capabilities":{"vision":true,"trained_for_tool_use":false}},
      {"type":"embedding","key":"nomic","max_context_length":2048,"loaded_instances":[]},
      {"type":"llm","key":"r1","loaded_instances":[],
       "capabilities":{"trained_for_tool_use":true,"reasoning":{"allowed_options":["off","on"]}}}]})");
  EXPECT_EQ(
      upstream.list("lmstudio"),
      (Lines{
          "google/gemma-3-4b {chat} owner=google context=131072 len=4096 in=text,image can=vision",
          "google/gemma-3-4b:2 {chat} base=google/gemma-3-4b owner=google context=131072 len=8192 "
          "in=text,image can=vision",
          "nomic {embedding} context=2048", "r1 {chat} can=tools,reasoning"}));
}

TEST(LmStudioKind, FallsBackToTheOpenAiList) {
  ScriptedUpstream upstream;
  upstream.on("/api/v0/models", kUnknownPath).on("/api/v1/models", kUnknownPath);
  upstream.on("/models",
              R"({"data":[{"id":"m","object":"model","owned_by":"organization_owner"}]})");
  EXPECT_EQ(upstream.list("lmstudio"), (Lines{"m {?}"}));
}

TEST(LmStudioKind, ReportsTheLastFallbacksFailure) {
  ScriptedUpstream upstream;
  upstream.on_failure("/models", Errc::upstream_unreachable);
  EXPECT_EQ(upstream.models("lmstudio").error().code, Errc::upstream_unreachable);
}

TEST(LmStudioKind, AnAnswerThatIsNoListIsNotTheNewerOne) {
  ScriptedUpstream upstream;
  upstream.on("/api/v1/models", R"({"status":"ok"})");
  upstream.on("/api/v0/models", R"({"data":[{"id":"older","type":"llm"}]})");
  EXPECT_EQ(upstream.list("lmstudio"), (Lines{"older {chat}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
