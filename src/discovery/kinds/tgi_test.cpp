#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(TgiKind, ReadsThePipelineTag) {
  struct Case {
    const char* info;
    const char* line;
  };
  const Case cases[] = {
      {R"({"model_id":"mistralai/Mistral-7B-Instruct-v0.3","model_pipeline_tag":"text-generation",
           "max_input_tokens":4095,"max_total_tokens":4096,"router":"text-generation-router"})",
       "mistralai/Mistral-7B-Instruct-v0.3 {chat} len=4096"},
      {R"({"model_id":"llava-hf/llava-1.5-7b","model_pipeline_tag":"image-text-to-text",
           "max_total_tokens":2048})",
       "llava-hf/llava-1.5-7b {chat} len=2048 in=text,image can=vision"},
      {R"({"model_id":"/models/mine","model_pipeline_tag":null,"max_total_tokens":2048})",
       "mine {?} len=2048"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(ScriptedUpstream().on("/info", test.info).list("tgi"), (Lines{test.line}));
  }
}

}  // namespace
}  // namespace weir::discovery::kinds
