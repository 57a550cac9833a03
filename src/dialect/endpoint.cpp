#include "dialect/endpoint.hpp"

#include "base/enum_table.hpp"

namespace weir::dialect {
namespace {

using catalogue::Endpoint;
using enum Family;

constexpr Meters kTokens{Meter::input_tokens, Meter::output_tokens};
constexpr Meters kPrompt{Meter::input_tokens};
constexpr Meters kImages{Meter::images};
constexpr Meters kAudio{Meter::audio_seconds};
constexpr Meters kCharacters{Meter::characters};
constexpr Meters kRequestsOnly{};

constexpr bool kOptional = true;  // has_stream_options
constexpr bool kReported = false;

constexpr Streams kAsked = Streams::on_request;
constexpr Streams kUnasked = Streams::unless_refused;

using enum RequestId;

constexpr Turns kListed = Turns::listed;
constexpr Turns kWritten = Turns::written;
constexpr Turns kSingle = Turns::none;

constexpr bool kRepeatable = true;
constexpr bool kOnce = false;

constexpr bool kEstimated = true;
constexpr bool kServed = false;

constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions,
     {openai, kTokens, kOptional, kAsked, none, kListed, kOnce, kServed, "chat"}},
    {Endpoint::completions,
     {openai, kTokens, kOptional, kAsked, none, kWritten, kOnce, kServed, "text_completion"}},
    {Endpoint::responses,
     {responses, kTokens, kReported, kAsked, kept, kListed, kOnce, kServed, "chat"}},
    {Endpoint::responses_compact,
     {responses, kTokens, kReported, kAsked, none, kListed, kOnce, kServed, "responses_compact"}},
    {Endpoint::stored_responses,
     {responses, kRequestsOnly, kReported, kAsked, named, kSingle, kOnce, kServed,
      "stored_responses"}},
    {Endpoint::messages,
     {anthropic, kTokens, kReported, kAsked, none, kListed, kOnce, kServed, "chat"}},
    {Endpoint::count_tokens,
     {anthropic, kRequestsOnly, kReported, kAsked, none, kSingle, kRepeatable, kEstimated,
      "count_tokens"}},
    {Endpoint::tokenize,
     {openai, kRequestsOnly, kReported, kAsked, none, kSingle, kRepeatable, kServed, "tokenize"}},
    {Endpoint::moderations,
     {openai, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "moderations"}},
    {Endpoint::embeddings,
     {openai, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::rerank,
     {siliconflow, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "rerank"}},
    {Endpoint::score,
     {openai, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "score"}},
    {Endpoint::images_generations,
     {openai, kImages, kReported, kAsked, none, kSingle, kOnce, kServed, "images_generations"}},
    {Endpoint::images_edits,
     {openai, kImages, kReported, kAsked, none, kSingle, kOnce, kServed, "images_edits"}},
    {Endpoint::images_variations,
     {openai, kImages, kReported, kAsked, none, kSingle, kOnce, kServed, "images_variations"}},
    {Endpoint::audio_transcriptions,
     {openai, kAudio, kReported, kAsked, none, kSingle, kOnce, kServed, "audio_transcriptions"}},
    {Endpoint::audio_translations,
     {openai, kAudio, kReported, kAsked, none, kSingle, kOnce, kServed, "audio_translations"}},
    {Endpoint::audio_speech,
     {openai, kCharacters, kReported, kAsked, used, kSingle, kOnce, kServed, "audio_speech"}},
    {Endpoint::realtime,
     {openai, kTokens, kReported, kAsked, none, kSingle, kOnce, kServed, "realtime"}},
    {Endpoint::video_submit,
     {siliconflow, kRequestsOnly, kReported, kAsked, issued, kSingle, kOnce, kServed,
      "video_submit"}},
    {Endpoint::video_status,
     {siliconflow, kRequestsOnly, kReported, kAsked, taken, kSingle, kOnce, kServed,
      "video_status"}},
    {Endpoint::videos,
     {openai, kRequestsOnly, kReported, kAsked, made, kSingle, kOnce, kServed, "videos"}},
    {Endpoint::stored_videos,
     {openai, kRequestsOnly, kReported, kAsked, named, kSingle, kOnce, kServed, "stored_videos"}},
    {Endpoint::voice_upload,
     {siliconflow, kRequestsOnly, kReported, kAsked, made, kSingle, kOnce, kServed,
      "voice_upload"}},
    {Endpoint::voice_deletion,
     {siliconflow, kRequestsOnly, kReported, kAsked, taken, kSingle, kOnce, kServed,
      "voice_deletion"}},
    {Endpoint::files,
     {openai, kRequestsOnly, kReported, kAsked, made, kSingle, kOnce, kServed, "files"}},
    {Endpoint::stored_files,
     {openai, kRequestsOnly, kReported, kAsked, named, kSingle, kOnce, kServed, "stored_files"}},
    {Endpoint::batches,
     {openai, kTokens, kReported, kAsked, taken, kSingle, kOnce, kServed, "batches"}},
    {Endpoint::stored_batches,
     {openai, kRequestsOnly, kReported, kAsked, named, kSingle, kOnce, kServed, "stored_batches"}},
    {Endpoint::generate_content,
     {gemini, kTokens, kReported, kAsked, none, kListed, kOnce, kServed, "generate_content"}},
    {Endpoint::stream_generate_content,
     {gemini, kTokens, kReported, Streams::always, none, kListed, kOnce, kServed,
      "generate_content"}},
    {Endpoint::count_content_tokens,
     {gemini, kRequestsOnly, kReported, kAsked, none, kSingle, kRepeatable, kEstimated,
      "count_tokens"}},
    {Endpoint::embed_content,
     {gemini, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::batch_embed_contents,
     {gemini, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::ollama_chat,
     {ollama, kTokens, kReported, kUnasked, none, kListed, kOnce, kServed, "chat"}},
    {Endpoint::ollama_generate,
     {ollama, kTokens, kReported, kUnasked, none, kWritten, kOnce, kServed, "text_completion"}},
    {Endpoint::ollama_embed,
     {ollama, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::ollama_embeddings,
     {ollama, kPrompt, kReported, kAsked, none, kSingle, kRepeatable, kServed, "embeddings"}},
});

}  // namespace

const EndpointRow& of(Endpoint endpoint) { return kRows[endpoint]; }

}  // namespace weir::dialect
