#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(GeminiKind, FollowsPageTokensAndReadsMethods) {
  ScriptedUpstream upstream;
  upstream
      .on("/v1beta/models?pageSize=1000", R"({"models":[
          {"name":"models/gemini-2.5-flash","version":"001","inputTokenLimit":1048576,
           "outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"],
           "thinking":true},
          {"name":"models/gemini-embedding-001","inputTokenLimit":2048,"outputTokenLimit":1,
           "supportedGenerationMethods":["embedContent","countTextTokens"]},
          {"name":"models/gemini-2.5-flash-image","supportedGenerationMethods":["generateContent"]},
          {"name":"models/nano-banana-pro-preview","supportedGenerationMethods":["generateContent"]},
          {"name":"models/gemini-2.5-pro-preview-tts","supportedGenerationMethods":["generateContent"]}],
          "nextPageToken":"a+b="})")
      .on("/v1beta/models?pageSize=1000&pageToken=a%2Bb%3D", R"({"models":[
          {"name":"models/imagen-4.0-generate-001","supportedGenerationMethods":["predict"]},
          {"name":"models/veo-3.0-generate-001","supportedGenerationMethods":["predictLongRunning"]},
          {"name":"models/gemini-live","supportedGenerationMethods":["bidiGenerateContent"]}]})");
  EXPECT_EQ(upstream.list("gemini"),
            (Lines{"gemini-2.5-flash {chat} context=1048576 output=65536 can=reasoning",
                   "gemini-embedding-001 {embedding} context=2048 output=1",
                   "gemini-2.5-flash-image {?}", "nano-banana-pro-preview {?}",
                   "gemini-2.5-pro-preview-tts {?}", "imagen-4.0-generate-001 {text-to-image}",
                   "veo-3.0-generate-001 {text-to-video}", "gemini-live {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
