#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(SpeachesKind, ReadsTheTask) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"Systran/faster-whisper-small","created":1700000000,"owned_by":"Systran",
       "language":["en"],"task":"automatic-speech-recognition"},
      {"id":"speaches-ai/Kokoro-82M","owned_by":"speaches-ai","task":"text-to-speech"},
      {"id":"silero","task":"voice-activity-detection"},{"id":"plain"}]})");
  EXPECT_EQ(upstream.list("speaches"),
            (Lines{"Systran/faster-whisper-small {speech-to-text} owner=Systran created=1700000000",
                   "speaches-ai/Kokoro-82M {text-to-speech} owner=speaches-ai", "silero {audio}",
                   "plain {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
