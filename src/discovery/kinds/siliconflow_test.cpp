#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr const char* kNone = R"({"object":"list","data":[]})";

std::string list_of(std::initializer_list<const char*> ids) {
  std::vector<std::string> rows;
  for (const auto* id : ids) {
    rows.push_back(fmt::format(R"({{"id":"{}","object":"model","created":0,"owned_by":""}})", id));
  }
  return fmt::format(R"({{"object":"list","data":[{}]}})", fmt::join(rows, ","));
}

ScriptedUpstream typical() {
  ScriptedUpstream upstream;
  upstream
      .on("/models", list_of({"Qwen/Qwen3-8B", "BAAI/bge-m3", "Kwai-Kolors/Kolors",
                              "Wan-AI/Wan2.2-TI2V-5B", "nobody/knows"}))
      .on("/models?sub_type=chat", list_of({"Qwen/Qwen3-8B"}))
      .on("/models?sub_type=embedding", list_of({"BAAI/bge-m3"}))
      .on("/models?sub_type=reranker", kNone)
      .on("/models?sub_type=text-to-image", list_of({"Kwai-Kolors/Kolors"}))
      .on("/models?sub_type=image-to-image", list_of({"Kwai-Kolors/Kolors"}))
      .on("/models?sub_type=speech-to-text", kNone)
      .on("/models?sub_type=text-to-speech", list_of({"FunAudioLLM/CosyVoice2-0.5B"}))
      .on("/models?sub_type=text-to-video", list_of({"Wan-AI/Wan2.2-TI2V-5B"}))
      .on("/models?sub_type=image-to-video", R"({"code":20015,"message":"x","data":null})", 400);
  return upstream;
}

TEST(SiliconFlowKind, LearnsClassesByAskingForEachSubType) {
  auto upstream = typical();
  EXPECT_EQ(upstream.list("siliconflow"),
            (Lines{"Qwen/Qwen3-8B {chat}", "BAAI/bge-m3 {embedding}",
                   "Kwai-Kolors/Kolors {text-to-image,image-to-image}",
                   "Wan-AI/Wan2.2-TI2V-5B {text-to-video}", "nobody/knows {?}",
                   "FunAudioLLM/CosyVoice2-0.5B {text-to-speech}"}));
  EXPECT_EQ(upstream.asked().size(), 10U);
  EXPECT_EQ(upstream.batches(), (std::vector<std::size_t>{10}));
}

TEST(SiliconFlowKind, FailsTheRoundWhenATypedListFailsForAnotherReason) {
  // Otherwise the models of that sub type would change class until the next refresh.
  auto upstream = typical();
  upstream.on("/models?sub_type=chat", "busy", 503);
  EXPECT_EQ(upstream.list("siliconflow"), (Lines{"upstream_refused: /v1/models answered 503"}));
  auto silent = typical();
  silent.on_failure("/models?sub_type=chat", Errc::deadline_exceeded);
  EXPECT_EQ(silent.models("siliconflow").error().code, Errc::deadline_exceeded);
}

TEST(SiliconFlowKind, LearnsNothingFromAServerThatIgnoresTheFilter) {
  ScriptedUpstream upstream;
  upstream.on("/models", list_of({"a", "b"}));
  for (const auto* sub_type :
       {"chat", "embedding", "reranker", "text-to-image", "image-to-image", "speech-to-text",
        "text-to-speech", "text-to-video", "image-to-video"}) {
    upstream.on(fmt::format("/models?sub_type={}", sub_type), list_of({"a", "b"}));
  }
  EXPECT_EQ(upstream.list("siliconflow"), (Lines{"a {?}", "b {?}"}));
}

TEST(SiliconFlowKind, RejectedKeyComesAsAJsonString) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"("Invalid token")", 401);
  EXPECT_EQ(upstream.list("siliconflow"),
            (Lines{"upstream_rejected_key: /v1/models answered 401"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
