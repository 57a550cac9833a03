/// The id by which an upstream knows a call, as it says in its answer: what its operators ask for.
#pragma once

#include <string_view>

#include "http/response_parser.hpp"

namespace weir::gateway {

/// The longest that is kept, in bytes.
inline constexpr std::size_t kMaxUpstreamIdBytes = 128;

/// Empty if the answer has none, or one that is longer or has other characters than ids have: these
/// could be anything. Valid as long as `head`.
///
/// Source: the APIs' documentation, 2026-11: OpenAI and most engines (x-request-id), Anthropic
/// (request-id), SiliconFlow (x-siliconcloud-trace-id), Azure (apim-request-id), Bedrock
/// (x-amzn-requestid), Cohere (x-debug-trace-id), Mistral (mistral-correlation-id).
[[nodiscard]] std::string_view find_request_id(const http::ResponseHead& head);

}  // namespace weir::gateway
