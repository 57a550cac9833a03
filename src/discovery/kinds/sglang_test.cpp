#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

std::string list_of(std::string_view id, std::string_view root) {
  return fmt::format(R"({{"object":"list","data":[{{"id":"{}","object":"model","created":1772323200,
      "owned_by":"sglang","root":"{}","max_model_len":32768}}]}})",
                     id, root);
}

TEST(SglangKind, TellsGenerationFromPooling) {
  struct Case {
    const char* id;
    const char* info;
    const char* line;
  };
  const Case cases[] = {
      {"qwen", R"({"model_path":"Qwen/Qwen3-8B","is_generation":true})",
       "qwen {chat} base=Qwen/Qwen3-8B len=32768"},
      {"e5", R"({"is_generation":false})", "e5 {embedding} len=32768"},
      {"Qwen3-Reranker-8B", R"({"is_generation":true})", "Qwen3-Reranker-8B {?} len=32768"},
      {"ranker", R"({"is_generation":false,"model_path":"BAAI/bge-reranker-v2-m3"})",
       "ranker {?} base=BAAI/bge-reranker-v2-m3 len=32768"},
      {"omni",
       R"({"is_generation":true,"has_image_understanding":true,"has_audio_understanding":true})",
       "omni {chat} len=32768 in=text,image,audio can=vision,audio_input"},
  };
  for (const auto& test : cases) {
    ScriptedUpstream upstream;
    upstream.on("/models", list_of(test.id, test.id)).on("/model_info", test.info);
    EXPECT_EQ(upstream.list("sglang"), (Lines{test.line}));
  }
}

TEST(SglangKind, ReadsTheTaskOfItsImageAndVideoServers) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[{"id":"Wan-AI/Wan2.2-TI2V-5B-Diffusers",
      "object":"model","created":1772323200,"owned_by":"sglang","num_gpus":1,"task_type":"TI2V",
      "pipeline_name":"WanPipeline"}]})");
  EXPECT_EQ(upstream.list("sglang"),
            (Lines{"Wan-AI/Wan2.2-TI2V-5B-Diffusers {text-to-video,image-to-video}"}));
}

TEST(SglangKind, FallsBackToTheOldInfoPath) {
  ScriptedUpstream upstream;
  upstream.on("/models", list_of("m", "m")).on("/get_model_info", R"({"is_generation":false})");
  EXPECT_EQ(upstream.list("sglang"), (Lines{"m {embedding} len=32768"}));
  EXPECT_EQ(upstream.asked(), (Lines{"/models", "/model_info", "/get_model_info"}));
}

TEST(SglangKind, ListsWithoutAnyInfo) {
  ScriptedUpstream upstream;
  upstream.on("/models", list_of("m", "org/m"));
  EXPECT_EQ(upstream.list("sglang"), (Lines{"m {?} base=org/m len=32768"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
