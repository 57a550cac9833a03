#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(OllamaKind, ReadsTagsAloneWhenTheySayEverything) {
  ScriptedUpstream upstream;
  upstream.on("/api/tags", R"({"models":[
      {"name":"qwen3:8b","model":"qwen3:8b","modified_at":"2025-06-01T10:00:00.5+02:00",
       "size":5225388164,"digest":"500a1f067a9f",
       "details":{"parent_model":"","format":"gguf","family":"qwen3","context_length":40960},
       "capabilities":["completion","tools","thinking"]},
      {"name":"nomic-embed-text:latest","details":{"context_length":2048},
       "capabilities":["embedding"]},
      {"name":"llava:7b","details":{"context_length":32768},
       "capabilities":["completion","vision"]},
      {"name":"qwen2.5-coder:1.5b","details":{"context_length":32768},
       "capabilities":["completion","insert"]},
      {"name":"z-image:latest","details":{"context_length":1024},"capabilities":["image"]}]})");
  EXPECT_EQ(upstream.list("ollama"),
            (Lines{"qwen3:8b {chat} created=1748764800 context=40960 can=tools,reasoning",
                   "nomic-embed-text:latest {embedding} context=2048",
                   "llava:7b {chat} context=32768 in=text,image can=vision",
                   "qwen2.5-coder:1.5b {chat} context=32768 can=code_completion",
                   "z-image:latest {text-to-image} context=1024"}));
  EXPECT_EQ(upstream.asked(), (Lines{"/api/tags"}));
}

TEST(OllamaKind, ReadsCloudModelsAndWhatTakesAudio) {
  ScriptedUpstream upstream;
  upstream.on("/api/tags", R"({"models":[
      {"name":"gpt-oss:120b-cloud","remote_model":"gpt-oss:120b",
       "remote_host":"https://ollama.com:443","details":{"context_length":131072},
       "capabilities":["completion","tools","thinking"]},
      {"name":"gemma3n:e4b","details":{"context_length":32768},
       "capabilities":["completion","vision","audio"]},
      {"name":"parakeet:0.6b","details":{"context_length":4096},"capabilities":["audio"]}]})");
  EXPECT_EQ(upstream.list("ollama"),
            (Lines{"gpt-oss:120b-cloud {chat} base=gpt-oss:120b context=131072 can=tools,reasoning",
                   "gemma3n:e4b {chat} context=32768 in=text,image,audio can=vision,audio_input",
                   "parakeet:0.6b {speech-to-text} context=4096 in=audio can=audio_input"}));
}

TEST(OllamaKind, ShowsOnlyModelsThatTagsLeaveOpen) {
  ScriptedUpstream upstream;
  upstream
      .on("/api/tags", R"({"models":[
          {"name":"new:1b","details":{"context_length":4096},"capabilities":["completion"]},
          {"name":"hf.co/org/old \"q\":1b","details":{"family":"bert"}}]})")
      .on_post("/api/show", R"({"model":"hf.co/org/old \"q\":1b"})",
               R"({"modelfile":"FROM /root/.ollama/x","capabilities":["embedding"],
                   "model_info":{"general.architecture":"bert","bert.context_length":512}})");
  EXPECT_EQ(upstream.list("ollama"), (Lines{"new:1b {chat} context=4096",
                                            "hf.co/org/old \"q\":1b {embedding} context=512"}));
  EXPECT_EQ(upstream.asked().size(), 2U);
}

TEST(OllamaKind, KeepsAModelWhoseShowFails) {
  ScriptedUpstream upstream;
  upstream.on("/api/tags", R"({"models":[{"name":"old:1b","details":{"family":"llama"}}]})");
  EXPECT_EQ(upstream.list("ollama"), (Lines{"old:1b {?}"}));
}

TEST(OllamaKind, ListsNothingWhenNothingIsPulled) {
  EXPECT_EQ(ScriptedUpstream().on("/api/tags", R"({"models":null})").list("ollama"), Lines{});
  EXPECT_EQ(ScriptedUpstream().on("/api/tags", R"({"models":[]})").list("ollama"), Lines{});
}

TEST(OllamaKind, AsksAboutABoundedNumberOfModels) {
  std::vector<std::string> rows;
  for (int i = 0; i < 900; ++i) rows.push_back(fmt::format(R"({{"name":"m{}"}})", i));
  ScriptedUpstream upstream;
  upstream.on("/api/tags", fmt::format(R"({{"models":[{}]}})", fmt::join(rows, ",")));
  EXPECT_EQ(upstream.list("ollama").size(), 900U);
  EXPECT_EQ(upstream.asked().size(), 1U + kMaxFollowUps);
}

}  // namespace
}  // namespace weir::discovery::kinds
