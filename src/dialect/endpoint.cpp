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

constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions, {openai, kTokens, kOnRequest, none, "chat"}},
    {Endpoint::completions, {openai, kTokens, kOnRequest, none, "text_completion"}},
    {Endpoint::responses, {responses, kTokens, kUnasked, none, "chat"}},
    {Endpoint::responses_compact, {responses, kTokens, kUnasked, none, "responses_compact"}},
    {Endpoint::messages, {anthropic, kTokens, kUnasked, none, "chat"}},
    {Endpoint::tokenize, {openai, kRequestsOnly, kUnasked, none, "tokenize"}},
    {Endpoint::moderations, {openai, kPrompt, kUnasked, none, "moderations"}},
    {Endpoint::embeddings, {openai, kPrompt, kUnasked, none, "embeddings"}},
    {Endpoint::rerank, {siliconflow, kPrompt, kUnasked, none, "rerank"}},
    {Endpoint::score, {openai, kPrompt, kUnasked, none, "score"}},
    {Endpoint::images_generations, {openai, kImages, kUnasked, none, "images_generations"}},
    {Endpoint::images_edits, {openai, kImages, kUnasked, none, "images_edits"}},
    {Endpoint::images_variations, {openai, kImages, kUnasked, none, "images_variations"}},
    {Endpoint::audio_transcriptions, {openai, kAudio, kUnasked, none, "audio_transcriptions"}},
    {Endpoint::audio_translations, {openai, kAudio, kUnasked, none, "audio_translations"}},
    {Endpoint::audio_speech, {openai, kCharacters, kUnasked, none, "audio_speech"}},
    {Endpoint::video_submit, {siliconflow, kRequestsOnly, kUnasked, issued, "video_submit"}},
    {Endpoint::video_status, {siliconflow, kRequestsOnly, kUnasked, taken, "video_status"}},
});

}  // namespace

const EndpointRow& of(Endpoint endpoint) { return kRows[endpoint]; }

}  // namespace weir::dialect
