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

constexpr bool kOnRequest = true;  // has_stream_options
constexpr bool kUnasked = false;

using enum RequestId;

constexpr Turns kListed = Turns::listed;
constexpr Turns kWritten = Turns::written;
constexpr Turns kSingle = Turns::none;

constexpr bool kRepeatable = true;
constexpr bool kOnce = false;

constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions, {openai, kTokens, kOnRequest, none, kListed, kOnce, "chat"}},
    {Endpoint::completions,
     {openai, kTokens, kOnRequest, none, kWritten, kOnce, "text_completion"}},
    {Endpoint::responses, {responses, kTokens, kUnasked, none, kListed, kOnce, "chat"}},
    {Endpoint::responses_compact,
     {responses, kTokens, kUnasked, none, kListed, kOnce, "responses_compact"}},
    {Endpoint::messages, {anthropic, kTokens, kUnasked, none, kListed, kOnce, "chat"}},
    {Endpoint::tokenize, {openai, kRequestsOnly, kUnasked, none, kSingle, kRepeatable, "tokenize"}},
    {Endpoint::moderations, {openai, kPrompt, kUnasked, none, kSingle, kRepeatable, "moderations"}},
    {Endpoint::embeddings, {openai, kPrompt, kUnasked, none, kSingle, kRepeatable, "embeddings"}},
    {Endpoint::rerank, {siliconflow, kPrompt, kUnasked, none, kSingle, kRepeatable, "rerank"}},
    {Endpoint::score, {openai, kPrompt, kUnasked, none, kSingle, kRepeatable, "score"}},
    {Endpoint::images_generations,
     {openai, kImages, kUnasked, none, kSingle, kOnce, "images_generations"}},
    {Endpoint::images_edits, {openai, kImages, kUnasked, none, kSingle, kOnce, "images_edits"}},
    {Endpoint::images_variations,
     {openai, kImages, kUnasked, none, kSingle, kOnce, "images_variations"}},
    {Endpoint::audio_transcriptions,
     {openai, kAudio, kUnasked, none, kSingle, kOnce, "audio_transcriptions"}},
    {Endpoint::audio_translations,
     {openai, kAudio, kUnasked, none, kSingle, kOnce, "audio_translations"}},
    {Endpoint::audio_speech, {openai, kCharacters, kUnasked, none, kSingle, kOnce, "audio_speech"}},
    {Endpoint::video_submit,
     {siliconflow, kRequestsOnly, kUnasked, issued, kSingle, kOnce, "video_submit"}},
    {Endpoint::video_status,
     {siliconflow, kRequestsOnly, kUnasked, taken, kSingle, kOnce, "video_status"}},
});

}  // namespace

const EndpointRow& of(Endpoint endpoint) { return kRows[endpoint]; }

}  // namespace weir::dialect
