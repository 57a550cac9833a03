#include "catalogue/endpoint.hpp"

#include "base/enum_table.hpp"

namespace weir::catalogue {
namespace {

constexpr SubTypes kChat{SubType::chat};
// Models of speech to speech are outside all sub types; vLLM transcribes in sessions.
constexpr SubTypes kTalks{SubType::chat, SubType::speech_to_text};
constexpr SubTypes kTexts{SubType::chat, SubType::embedding, SubType::reranker};
constexpr bool kOutside = true;
constexpr SubTypes kImages{SubType::text_to_image, SubType::image_to_image};
// The models that batches may call.
constexpr SubTypes kBatched{SubType::chat, SubType::embedding};
constexpr SubTypes kVideo{SubType::text_to_video, SubType::image_to_video};

constexpr EndpointRow at_root(std::string_view slug, std::string_view path, SubTypes sub_types) {
  return {.slug = slug, .path = path, .sub_types = sub_types, .base = PathBase::server};
}

// SiliconFlow's edit models take their input image through generations, so both image sub types are
// called there. Source: api-docs.siliconflow.cn, images-generations, 2026.
constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions, {"chat_completions", "/chat/completions", kChat}},
    {Endpoint::completions, {"completions", "/completions", kChat}},
    {Endpoint::responses,
     {.slug = "responses", .path = "/responses", .sub_types = kChat, .has_sessions = true}},
    {Endpoint::responses_compact, {"responses_compact", "/responses/compact", kChat}},
    {Endpoint::response_input_tokens, {"response_input_tokens", "/responses/input_tokens", kChat}},
    {Endpoint::stored_responses, {"stored_responses", "/responses/{id}", kChat}},
    {Endpoint::messages, {"messages", "/messages", kChat}},
    {Endpoint::count_tokens, {"count_tokens", "/messages/count_tokens", kChat}},
    {Endpoint::tokenize, {"tokenize", "/tokenize", kTexts}},
    {Endpoint::moderations, {"moderations", "/moderations", kChat, BodyForm::json, kOutside}},
    {Endpoint::embeddings, {"embeddings", "/embeddings", {SubType::embedding}}},
    {Endpoint::rerank, {"rerank", "/rerank", {SubType::reranker}}},
    {Endpoint::score, {"score", "/score", {SubType::reranker, SubType::embedding}}},
    {Endpoint::images_generations, {"images_generations", "/images/generations", kImages}},
    {Endpoint::images_edits,
     {"images_edits", "/images/edits", {SubType::image_to_image}, BodyForm::multipart}},
    {Endpoint::images_variations,
     {"images_variations", "/images/variations", {SubType::image_to_image}, BodyForm::multipart}},
    {Endpoint::audio_transcriptions,
     {"audio_transcriptions",
      "/audio/transcriptions",
      {SubType::speech_to_text},
      BodyForm::multipart}},
    {Endpoint::audio_translations,
     {"audio_translations", "/audio/translations", {SubType::speech_to_text}, BodyForm::multipart}},
    {Endpoint::audio_speech, {"audio_speech", "/audio/speech", {SubType::text_to_speech}}},
    {Endpoint::realtime, {"realtime", "/realtime", kTalks, BodyForm::messages, kOutside}},
    {Endpoint::video_submit, {"video_submit", "/video/submit", kVideo}},
    {Endpoint::video_status, {"video_status", "/video/status", kVideo}},
    {Endpoint::videos, {"videos", "/videos", kVideo, BodyForm::either}},
    {Endpoint::stored_videos, {"stored_videos", "/videos/{id}", kVideo}},
    {Endpoint::voice_upload,
     {"voice_upload", "/uploads/audio/voice", {SubType::text_to_speech}, BodyForm::either}},
    {Endpoint::voice_deletion,
     {"voice_deletion", "/audio/voice/deletions", {SubType::text_to_speech}}},
    {Endpoint::files, {"files", "/files", kBatched, BodyForm::multipart}},
    {Endpoint::stored_files, {"stored_files", "/files/{id}", kBatched}},
    {Endpoint::batches, {"batches", "/batches", kBatched}},
    {Endpoint::stored_batches, {"stored_batches", "/batches/{id}", kBatched}},
    {Endpoint::generate_content,
     at_root("generate_content", "/v1beta/models/{model}:generateContent", kChat)},
    {Endpoint::stream_generate_content,
     at_root("stream_generate_content", "/v1beta/models/{model}:streamGenerateContent", kChat)},
    {Endpoint::count_content_tokens,
     at_root("count_content_tokens", "/v1beta/models/{model}:countTokens",
             {SubType::chat, SubType::embedding})},
    {Endpoint::embed_content,
     at_root("embed_content", "/v1beta/models/{model}:embedContent", {SubType::embedding})},
    {Endpoint::batch_embed_contents,
     at_root("batch_embed_contents", "/v1beta/models/{model}:batchEmbedContents",
             {SubType::embedding})},
    {Endpoint::ollama_chat, at_root("ollama_chat", "/api/chat", kChat)},
    {Endpoint::ollama_generate, at_root("ollama_generate", "/api/generate", kChat)},
    {Endpoint::ollama_embed, at_root("ollama_embed", "/api/embed", {SubType::embedding})},
    {Endpoint::ollama_embeddings,
     at_root("ollama_embeddings", "/api/embeddings", {SubType::embedding})},
});

}  // namespace

const EndpointRow& describe(Endpoint endpoint) { return kRows[endpoint]; }

std::string public_path(Endpoint endpoint) {
  const auto& row = describe(endpoint);
  return std::string(row.base == PathBase::version ? "/v1" : "").append(row.path);
}

std::span<const Endpoint> all_endpoints() { return kEnumerators<Endpoint>; }

Endpoint first_endpoint_of(SubType sub_type) {
  switch (sub_type) {
    case SubType::chat:
      return Endpoint::chat_completions;
    case SubType::embedding:
      return Endpoint::embeddings;
    case SubType::reranker:
      return Endpoint::rerank;
    case SubType::text_to_image:
      return Endpoint::images_generations;
    case SubType::image_to_image:
      return Endpoint::images_edits;
    case SubType::speech_to_text:
      return Endpoint::audio_transcriptions;
    case SubType::text_to_speech:
      return Endpoint::audio_speech;
    case SubType::text_to_video:
    case SubType::image_to_video:
      return Endpoint::video_submit;
  }
  __builtin_unreachable();
}

Endpoints endpoints_of(SubTypes sub_types) {
  Endpoints endpoints;
  kAllEndpoints.for_each([&](Endpoint endpoint) {
    if (describe(endpoint).sub_types.intersects(sub_types)) endpoints.insert(endpoint);
  });
  return endpoints;
}

std::string_view endpoint_path_for(SubType sub_type) {
  return describe(first_endpoint_of(sub_type)).path;
}

}  // namespace weir::catalogue
