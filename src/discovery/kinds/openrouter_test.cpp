#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(OpenRouterKind, AsksForAllModalitiesAndReadsThem) {
  ScriptedUpstream upstream;
  upstream.on("/models?output_modalities=all", R"({"data":[
      {"id":"openai/gpt-4o","canonical_slug":"openai/gpt-4o","name":"GPT-4o","created":1715558400,
       "context_length":128000,
       "architecture":{"modality":"text+image->text","input_modalities":["text","image","file"],
                       "output_modalities":["text"],"tokenizer":"GPT"},
       "pricing":{"prompt":"0.0000025"},
       "top_provider":{"context_length":128000,"max_completion_tokens":16384},
       "supported_parameters":["tools","response_format","structured_outputs","temperature"]},
      {"id":"google/gemini-2.5-flash-image","architecture":
       {"input_modalities":["image","text"],"output_modalities":["image","text"]}},
      {"id":"openai/gpt-4o-audio-preview","architecture":
       {"input_modalities":["audio","text"],"output_modalities":["text","audio"]}},
      {"id":"openai/gpt-4o-mini-tts","architecture":
       {"input_modalities":["text"],"output_modalities":["speech"]}},
      {"id":"qwen/qwen3-embedding-8b","context_length":32768,"architecture":
       {"input_modalities":["text"],"output_modalities":["embeddings"]}}]})");
  EXPECT_EQ(
      upstream.list("openrouter"),
      (Lines{"openai/gpt-4o {?} created=1715558400 context=128000 output=16384 in=text,image,file "
             "out=text can=tools,vision,json_mode,structured_output",
             "google/gemini-2.5-flash-image {text-to-image,image-to-image} in=text,image "
             "out=text,image can=vision",
             "openai/gpt-4o-audio-preview {?} in=text,audio out=text,audio can=audio_input",
             "openai/gpt-4o-mini-tts {text-to-speech} in=text out=audio",
             "qwen/qwen3-embedding-8b {embedding} context=32768 in=text"}));
}

TEST(OpenRouterKind, AMissingFieldErasesNothing) {
  ScriptedUpstream upstream;
  upstream.on("/models?output_modalities=all", R"({"data":[{"id":"a","max_output_tokens":4096}]})");
  EXPECT_EQ(upstream.list("openrouter"), (Lines{"a {?} output=4096"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
