#include "dialect/endpoint.hpp"

#include "base/enum_table.hpp"

namespace weir::dialect {
namespace {

using catalogue::Endpoint;
using enum Family;

constexpr Meters kTokens{Meter::input_tokens, Meter::output_tokens};
constexpr Meters kPrompt{Meter::input_tokens};
constexpr Meters kImages{Meter::images};
constexpr Meters kRequestsOnly{};

constexpr bool kOnRequest = true;  // has_stream_options
constexpr bool kUnasked = false;

using enum RequestId;

constexpr EnumTable<Endpoint, EndpointRow> kRows({
    {Endpoint::chat_completions, {openai, kTokens, kOnRequest, none, "chat"}},
    {Endpoint::completions, {openai, kTokens, kOnRequest, none, "text_completion"}},
    {Endpoint::responses, {responses, kTokens, kUnasked, none, "chat"}},
    {Endpoint::messages, {anthropic, kTokens, kUnasked, none, "chat"}},
    {Endpoint::embeddings, {openai, kPrompt, kUnasked, none, "embeddings"}},
    {Endpoint::rerank, {siliconflow, kPrompt, kUnasked, none, "rerank"}},
    {Endpoint::images_generations, {openai, kImages, kUnasked, none, "images_generations"}},
    {Endpoint::images_edits, {openai, kImages, kUnasked, none, "images_edits"}},
    {Endpoint::audio_transcriptions,
     {openai, kRequestsOnly, kUnasked, none, "audio_transcriptions"}},
    {Endpoint::audio_speech, {openai, kRequestsOnly, kUnasked, none, "audio_speech"}},
    {Endpoint::video_submit, {siliconflow, kRequestsOnly, kUnasked, issued, "video_submit"}},
    {Endpoint::video_status, {siliconflow, kRequestsOnly, kUnasked, taken, "video_status"}},
});

}  // namespace

const EndpointRow& of(Endpoint endpoint) { return kRows[endpoint]; }

}  // namespace weir::dialect
