#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(MistralKind, ReadsFlags) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"object":"list","data":[
      {"id":"mistral-small-latest","object":"model","created":1772323200,"owned_by":"mistralai",
       "capabilities":{"completion_chat":true,"completion_fim":false,"function_calling":true,
         "fine_tuning":false,"vision":true,"audio_transcription":false},
       "max_context_length":131072,"aliases":["mistral-small-2506"],"type":"base"},
      {"id":"codestral-latest","capabilities":{"completion_chat":true,"completion_fim":true}},
      {"id":"voxtral-mini-transcribe","capabilities":{"audio":true,"audio_transcription":true}},
      {"id":"mistral-moderation","capabilities":{"completion_chat":false,"moderation":true}},
      {"id":"mistral-ocr","capabilities":{"ocr":true}},
      {"id":"mistral-embed","capabilities":{"completion_chat":false,"vision":false}},
      {"id":"ft:x","root":"open-mistral-7b","capabilities":{"completion_chat":true}}]})");
  EXPECT_EQ(upstream.list("mistral"),
            (Lines{"mistral-small-latest {chat} owner=mistralai context=131072 in=text,image "
                   "can=tools,vision",
                   "mistral-small-2506 {chat} base=mistral-small-latest owner=mistralai "
                   "context=131072 in=text,image can=tools,vision",
                   "codestral-latest {chat} can=code_completion",
                   "voxtral-mini-transcribe {speech-to-text} can=audio_input",
                   "mistral-moderation {text}", "mistral-ocr {text}", "mistral-embed {?}",
                   "ft:x {chat} base=open-mistral-7b"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
