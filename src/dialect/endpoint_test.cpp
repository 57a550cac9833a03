#include "dialect/endpoint.hpp"

#include <gtest/gtest.h>

namespace weir::dialect {
namespace {

using catalogue::Endpoint;

TEST(EndpointRow, SaysHowAnEndpointIsSpokenAndMetered) {
  using enum Family;
  using enum Meter;
  using enum RequestId;
  const Meters text{input_tokens, output_tokens};
  const struct {
    Endpoint endpoint;
    Family family;
    Meters meters;
    bool has_stream_options;
    RequestId ids;
    const char* operation;
  } cases[] = {
      {Endpoint::chat_completions, openai, text, true, none, "chat"},
      {Endpoint::completions, openai, text, true, none, "text_completion"},
      {Endpoint::responses, responses, text, false, kept, "chat"},
      {Endpoint::responses_compact, responses, text, false, none, "responses_compact"},
      {Endpoint::response_input_tokens, responses, {}, false, used, "count_tokens"},
      {Endpoint::stored_responses, responses, {}, false, named, "stored_responses"},
      {Endpoint::messages, anthropic, text, false, none, "chat"},
      {Endpoint::count_tokens, anthropic, {}, false, none, "count_tokens"},
      {Endpoint::tokenize, openai, {}, false, none, "tokenize"},
      {Endpoint::moderations, openai, {input_tokens}, false, none, "moderations"},
      {Endpoint::embeddings, openai, {input_tokens}, false, none, "embeddings"},
      {Endpoint::rerank, siliconflow, {input_tokens}, false, none, "rerank"},
      {Endpoint::score, openai, {input_tokens}, false, none, "score"},
      {Endpoint::images_generations, openai, {images}, false, none, "images_generations"},
      {Endpoint::images_edits, openai, {images}, false, none, "images_edits"},
      {Endpoint::images_variations, openai, {images}, false, none, "images_variations"},
      {Endpoint::audio_transcriptions,
       openai,
       {audio_seconds},
       false,
       none,
       "audio_transcriptions"},
      {Endpoint::audio_translations, openai, {audio_seconds}, false, none, "audio_translations"},
      {Endpoint::audio_speech, openai, {characters}, false, used, "audio_speech"},
      {Endpoint::realtime, openai, text, false, none, "realtime"},
      {Endpoint::video_submit, siliconflow, {}, false, issued, "video_submit"},
      {Endpoint::video_status, siliconflow, {}, false, taken, "video_status"},
      {Endpoint::videos, openai, {}, false, made, "videos"},
      {Endpoint::stored_videos, openai, {}, false, named, "stored_videos"},
      {Endpoint::voice_upload, siliconflow, {}, false, made, "voice_upload"},
      {Endpoint::voice_deletion, siliconflow, {}, false, taken, "voice_deletion"},
      {Endpoint::files, openai, {}, false, made, "files"},
      {Endpoint::stored_files, openai, {}, false, named, "stored_files"},
      {Endpoint::batches, openai, text, false, batched, "batches"},
      {Endpoint::stored_batches, openai, {}, false, named, "stored_batches"},
      {Endpoint::generate_content, gemini, text, false, none, "generate_content"},
      {Endpoint::stream_generate_content, gemini, text, false, none, "generate_content"},
      {Endpoint::count_content_tokens, gemini, {}, false, none, "count_tokens"},
      {Endpoint::embed_content, gemini, {input_tokens}, false, none, "embeddings"},
      {Endpoint::batch_embed_contents, gemini, {input_tokens}, false, none, "embeddings"},
      {Endpoint::ollama_chat, ollama, {input_tokens, output_tokens}, false, none, "chat"},
      {Endpoint::ollama_generate,
       ollama,
       {input_tokens, output_tokens},
       false,
       none,
       "text_completion"},
      {Endpoint::ollama_embed, ollama, {input_tokens}, false, none, "embeddings"},
      {Endpoint::ollama_embeddings, ollama, {input_tokens}, false, none, "embeddings"},
  };
  ASSERT_EQ(std::size(cases), catalogue::kEndpointCount);
  for (const auto& c : cases) {
    const EndpointRow& row = of(c.endpoint);
    EXPECT_EQ(row.family, c.family) << c.operation;
    EXPECT_EQ(row.meters, c.meters) << c.operation;
    EXPECT_EQ(row.has_stream_options, c.has_stream_options) << c.operation;
    EXPECT_EQ(row.ids.use, c.ids) << c.operation;
    EXPECT_EQ(row.operation, c.operation);
    EXPECT_EQ(row.is_estimated(), row.operation == "count_tokens");
  }
}

TEST(EndpointRow, OnlyOllamaStreamsUnlessItIsToldNotTo) {
  for (const Endpoint endpoint : catalogue::all_endpoints()) {
    const bool streams_unasked =
        endpoint == Endpoint::ollama_chat || endpoint == Endpoint::ollama_generate;
    EXPECT_EQ(of(endpoint).streams == Streams::unless_refused, streams_unasked);
  }
}

TEST(EndpointRow, TokensOfAnswersAreCountedOnlyWithThoseOfPrompts) {
  for (const Endpoint endpoint : catalogue::all_endpoints()) {
    const EndpointRow& row = of(endpoint);
    EXPECT_TRUE(row.counts(Meter::input_tokens) || !row.counts(Meter::output_tokens));
    EXPECT_TRUE(!row.has_stream_options || row.counts(Meter::output_tokens));
  }
}

}  // namespace
}  // namespace weir::dialect
