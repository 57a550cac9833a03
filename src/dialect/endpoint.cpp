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

// Source of the sentences about responses, files and batches: OpenAI's API, 2026.
constexpr std::string_view kNoPrevious = "Previous response with id '{}' not found.";

constexpr bool kListedThere = true;  // is_listed
constexpr bool kUnlisted = false;

constexpr Ids kNoIds{RequestId::none, SealedId::response, {}, kUnlisted};
constexpr Ids kKept{RequestId::kept, SealedId::response, kNoPrevious, kUnlisted};
constexpr Ids kContinued{RequestId::used, SealedId::response, kNoPrevious, kUnlisted};
constexpr Ids kResponse{RequestId::named, SealedId::response, "Response with id '{}' not found.",
                        kUnlisted};
constexpr Ids kVoice{RequestId::used, SealedId::voice, "Unknown voice.", kUnlisted};
constexpr Ids kNewVoice{RequestId::made, SealedId::voice, {}, kUnlisted};
constexpr Ids kOldVoice{RequestId::taken, SealedId::voice, "Unknown uri.", kUnlisted};
constexpr Ids kNewRequest{RequestId::issued, SealedId::video, {}, kUnlisted};
constexpr Ids kRequest{RequestId::taken, SealedId::video, "Unknown requestId.", kUnlisted};
constexpr Ids kNewVideo{RequestId::made, SealedId::openai_video, {}, kListedThere};
constexpr Ids kVideo{RequestId::named, SealedId::openai_video, "Video with id '{}' not found.",
                     kUnlisted};
constexpr Ids kNewFile{RequestId::made, SealedId::file, {}, kListedThere};
constexpr Ids kFile{RequestId::named, SealedId::file, "No such File object: {}", kUnlisted};
constexpr Ids kNewBatch{RequestId::batched, SealedId::file,
                        "Unknown input_file_id. Upload the file with this key.", kListedThere};
constexpr Ids kBatch{RequestId::named, SealedId::batch, "No batch found with id '{}'.", kUnlisted};

constexpr Turns kListed = Turns::listed;
constexpr Turns kWritten = Turns::written;
constexpr Turns kSingle = Turns::none;

constexpr bool kRepeatable = true;
constexpr bool kOnce = false;

constexpr std::string_view kServed{};  // no count

constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions,
     {openai, kTokens, kOptional, kAsked, kNoIds, kListed, kOnce, kServed, "chat"}},
    {Endpoint::completions,
     {openai, kTokens, kOptional, kAsked, kNoIds, kWritten, kOnce, kServed, "text_completion"}},
    {Endpoint::responses,
     {responses, kTokens, kReported, kAsked, kKept, kListed, kOnce, kServed, "chat"}},
    {Endpoint::responses_compact,
     {responses, kTokens, kReported, kAsked, kNoIds, kListed, kOnce, kServed, "responses_compact"}},
    {Endpoint::response_input_tokens,
     {responses, kRequestsOnly, kReported, kAsked, kContinued, kSingle, kRepeatable,
      R"({"object":"response.input_tokens","input_tokens":)", "count_tokens"}},
    {Endpoint::stored_responses,
     {responses, kRequestsOnly, kReported, kAsked, kResponse, kSingle, kOnce, kServed,
      "stored_responses"}},
    {Endpoint::messages,
     {anthropic, kTokens, kReported, kAsked, kNoIds, kListed, kOnce, kServed, "chat"}},
    {Endpoint::count_tokens,
     {anthropic, kRequestsOnly, kReported, kAsked, kNoIds, kSingle, kRepeatable,
      R"({"input_tokens":)", "count_tokens"}},
    {Endpoint::tokenize,
     {openai, kRequestsOnly, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "tokenize"}},
    {Endpoint::moderations,
     {openai, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "moderations"}},
    {Endpoint::embeddings,
     {openai, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::rerank,
     {siliconflow, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "rerank"}},
    {Endpoint::score,
     {openai, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "score"}},
    {Endpoint::images_generations,
     {openai, kImages, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "images_generations"}},
    {Endpoint::images_edits,
     {openai, kImages, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "images_edits"}},
    {Endpoint::images_variations,
     {openai, kImages, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "images_variations"}},
    {Endpoint::audio_transcriptions,
     {openai, kAudio, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "audio_transcriptions"}},
    {Endpoint::audio_translations,
     {openai, kAudio, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "audio_translations"}},
    {Endpoint::audio_speech,
     {openai, kCharacters, kReported, kAsked, kVoice, kSingle, kOnce, kServed, "audio_speech"}},
    {Endpoint::realtime,
     {openai, kTokens, kReported, kAsked, kNoIds, kSingle, kOnce, kServed, "realtime"}},
    {Endpoint::video_submit,
     {siliconflow, kRequestsOnly, kReported, kAsked, kNewRequest, kSingle, kOnce, kServed,
      "video_submit"}},
    {Endpoint::video_status,
     {siliconflow, kRequestsOnly, kReported, kAsked, kRequest, kSingle, kOnce, kServed,
      "video_status"}},
    {Endpoint::videos,
     {openai, kRequestsOnly, kReported, kAsked, kNewVideo, kSingle, kOnce, kServed, "videos"}},
    {Endpoint::stored_videos,
     {openai, kRequestsOnly, kReported, kAsked, kVideo, kSingle, kOnce, kServed, "stored_videos"}},
    {Endpoint::voice_upload,
     {siliconflow, kRequestsOnly, kReported, kAsked, kNewVoice, kSingle, kOnce, kServed,
      "voice_upload"}},
    {Endpoint::voice_deletion,
     {siliconflow, kRequestsOnly, kReported, kAsked, kOldVoice, kSingle, kOnce, kServed,
      "voice_deletion"}},
    {Endpoint::files,
     {openai, kRequestsOnly, kReported, kAsked, kNewFile, kSingle, kOnce, kServed, "files"}},
    {Endpoint::stored_files,
     {openai, kRequestsOnly, kReported, kAsked, kFile, kSingle, kOnce, kServed, "stored_files"}},
    {Endpoint::batches,
     {openai, kTokens, kReported, kAsked, kNewBatch, kSingle, kOnce, kServed, "batches"}},
    {Endpoint::stored_batches,
     {openai, kRequestsOnly, kReported, kAsked, kBatch, kSingle, kOnce, kServed, "stored_batches"}},
    {Endpoint::generate_content,
     {gemini, kTokens, kReported, kAsked, kNoIds, kListed, kOnce, kServed, "generate_content"}},
    {Endpoint::stream_generate_content,
     {gemini, kTokens, kReported, Streams::always, kNoIds, kListed, kOnce, kServed,
      "generate_content"}},
    {Endpoint::count_content_tokens,
     {gemini, kRequestsOnly, kReported, kAsked, kNoIds, kSingle, kRepeatable, R"({"totalTokens":)",
      "count_tokens"}},
    {Endpoint::embed_content,
     {gemini, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::batch_embed_contents,
     {gemini, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::ollama_chat,
     {ollama, kTokens, kReported, kUnasked, kNoIds, kListed, kOnce, kServed, "chat"}},
    {Endpoint::ollama_generate,
     {ollama, kTokens, kReported, kUnasked, kNoIds, kWritten, kOnce, kServed, "text_completion"}},
    {Endpoint::ollama_embed,
     {ollama, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "embeddings"}},
    {Endpoint::ollama_embeddings,
     {ollama, kPrompt, kReported, kAsked, kNoIds, kSingle, kRepeatable, kServed, "embeddings"}},
});

}  // namespace

const EndpointRow& of(Endpoint endpoint) { return kRows[endpoint]; }

}  // namespace weir::dialect
