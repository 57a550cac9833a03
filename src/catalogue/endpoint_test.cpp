#include "catalogue/endpoint.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

std::string words(SubTypes sub_types) {
  std::string text;
  sub_types.for_each([&](SubType sub_type) {
    if (!text.empty()) text += ' ';
    text += wire_name(sub_type);
  });
  return text;
}

TEST(Endpoint, HasAPathABodyAndItsSubTypes) {
  struct Case {
    Endpoint endpoint;
    const char* slug;
    const char* path;
    const char* sub_types;
    BodyForm body;
  };
  const Case cases[] = {
      {Endpoint::chat_completions, "chat_completions", "/chat/completions", "chat", BodyForm::json},
      {Endpoint::completions, "completions", "/completions", "chat", BodyForm::json},
      {Endpoint::responses, "responses", "/responses", "chat", BodyForm::json},
      {Endpoint::responses_compact, "responses_compact", "/responses/compact", "chat",
       BodyForm::json},
      {Endpoint::response_input_tokens, "response_input_tokens", "/responses/input_tokens", "chat",
       BodyForm::json},
      {Endpoint::stored_responses, "stored_responses", "/responses/{id}", "chat", BodyForm::json},
      {Endpoint::messages, "messages", "/messages", "chat", BodyForm::json},
      {Endpoint::count_tokens, "count_tokens", "/messages/count_tokens", "chat", BodyForm::json},
      {Endpoint::tokenize, "tokenize", "/tokenize", "chat embedding reranker", BodyForm::json},
      {Endpoint::moderations, "moderations", "/moderations", "chat", BodyForm::json},
      {Endpoint::embeddings, "embeddings", "/embeddings", "embedding", BodyForm::json},
      {Endpoint::rerank, "rerank", "/rerank", "reranker", BodyForm::json},
      {Endpoint::score, "score", "/score", "embedding reranker", BodyForm::json},
      {Endpoint::images_generations, "images_generations", "/images/generations",
       "text-to-image image-to-image", BodyForm::json},
      {Endpoint::images_edits, "images_edits", "/images/edits", "image-to-image",
       BodyForm::multipart},
      {Endpoint::images_variations, "images_variations", "/images/variations", "image-to-image",
       BodyForm::multipart},
      {Endpoint::audio_transcriptions, "audio_transcriptions", "/audio/transcriptions",
       "speech-to-text", BodyForm::multipart},
      {Endpoint::audio_translations, "audio_translations", "/audio/translations", "speech-to-text",
       BodyForm::multipart},
      {Endpoint::audio_speech, "audio_speech", "/audio/speech", "text-to-speech", BodyForm::json},
      {Endpoint::realtime, "realtime", "/realtime", "chat speech-to-text", BodyForm::messages},
      {Endpoint::video_submit, "video_submit", "/video/submit", "text-to-video image-to-video",
       BodyForm::json},
      {Endpoint::video_status, "video_status", "/video/status", "text-to-video image-to-video",
       BodyForm::json},
      {Endpoint::videos, "videos", "/videos", "text-to-video image-to-video", BodyForm::either},
      {Endpoint::stored_videos, "stored_videos", "/videos/{id}", "text-to-video image-to-video",
       BodyForm::json},
      {Endpoint::voice_upload, "voice_upload", "/uploads/audio/voice", "text-to-speech",
       BodyForm::either},
      {Endpoint::voice_deletion, "voice_deletion", "/audio/voice/deletions", "text-to-speech",
       BodyForm::json},
      {Endpoint::files, "files", "/files", "chat embedding", BodyForm::multipart},
      {Endpoint::stored_files, "stored_files", "/files/{id}", "chat embedding", BodyForm::json},
      {Endpoint::batches, "batches", "/batches", "chat embedding", BodyForm::json},
      {Endpoint::stored_batches, "stored_batches", "/batches/{id}", "chat embedding",
       BodyForm::json},
      {Endpoint::generate_content, "generate_content", "/v1beta/models/{model}:generateContent",
       "chat", BodyForm::json},
      {Endpoint::stream_generate_content, "stream_generate_content",
       "/v1beta/models/{model}:streamGenerateContent", "chat", BodyForm::json},
      {Endpoint::count_content_tokens, "count_content_tokens", "/v1beta/models/{model}:countTokens",
       "chat embedding", BodyForm::json},
      {Endpoint::embed_content, "embed_content", "/v1beta/models/{model}:embedContent", "embedding",
       BodyForm::json},
      {Endpoint::batch_embed_contents, "batch_embed_contents",
       "/v1beta/models/{model}:batchEmbedContents", "embedding", BodyForm::json},
      {Endpoint::ollama_chat, "ollama_chat", "/api/chat", "chat", BodyForm::json},
      {Endpoint::ollama_generate, "ollama_generate", "/api/generate", "chat", BodyForm::json},
      {Endpoint::ollama_embed, "ollama_embed", "/api/embed", "embedding", BodyForm::json},
      {Endpoint::ollama_embeddings, "ollama_embeddings", "/api/embeddings", "embedding",
       BodyForm::json},
  };
  ASSERT_EQ(std::size(cases), kEndpointCount);
  for (const auto& test : cases) {
    const EndpointRow& row = describe(test.endpoint);
    EXPECT_EQ(row.slug, test.slug);
    EXPECT_EQ(row.path, test.path) << test.slug;
    EXPECT_EQ(words(row.sub_types), test.sub_types) << test.slug;
    EXPECT_EQ(row.body, test.body) << test.slug;
  }
}

TEST(Endpoint, OnlyAnApiWithARootOfItsOwnIsElsewhereThanBelowTheVersion) {
  for (const Endpoint endpoint : all_endpoints()) {
    const auto& row = describe(endpoint);
    const bool is_own = row.slug.starts_with("ollama") || row.path.starts_with("/v1beta/");
    EXPECT_EQ(public_path(endpoint).starts_with("/v1/"), !is_own) << public_path(endpoint);
  }
}

TEST(Endpoint, OnlyAModerationOrASessionTakesAModelOutsideAllSubTypes) {
  for (const Endpoint endpoint : all_endpoints()) {
    const bool is_session = describe(endpoint).is_session();
    EXPECT_EQ(is_session, endpoint == Endpoint::realtime);
    EXPECT_EQ(describe(endpoint).takes({}), endpoint == Endpoint::moderations || is_session);
  }
  EXPECT_TRUE(describe(Endpoint::moderations).takes({SubType::chat}));
  EXPECT_FALSE(describe(Endpoint::moderations).takes({SubType::embedding}));
}

TEST(Endpoint, AllAreInDeclarationOrderAndDiffer) {
  ASSERT_EQ(all_endpoints().size(), kEndpointCount);
  std::set<std::string_view> paths;
  for (std::size_t i = 0; i < kEndpointCount; ++i) {
    const Endpoint endpoint = all_endpoints()[i];
    EXPECT_EQ(static_cast<std::size_t>(endpoint), i);
    EXPECT_TRUE(paths.insert(describe(endpoint).path).second);
  }
}

TEST(Endpoint, EverySubTypeIsSentWhereItMayBeCalled) {
  for (const SubType sub_type : kEnumerators<SubType>) {
    bool found = false;
    for (const Endpoint endpoint : all_endpoints()) {
      const EndpointRow& row = describe(endpoint);
      if (row.path != endpoint_path_for(sub_type)) continue;
      found = true;
      EXPECT_TRUE(row.sub_types.contains(sub_type)) << wire_name(sub_type);
    }
    EXPECT_TRUE(found) << wire_name(sub_type);
  }
  EXPECT_EQ(endpoint_path_for(SubType::chat), "/chat/completions");
  EXPECT_EQ(endpoint_path_for(SubType::image_to_video), "/video/submit");
}

}  // namespace
}  // namespace weir::catalogue
