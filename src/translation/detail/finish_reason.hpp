/// Why a chat answer ended, in the words of many servers.
///
/// Source: OpenAI; Mistral (model_length); Zhipu (sensitive, model_context_window_exceeded,
/// network_error); DeepSeek (insufficient_system_resource); vLLM and SGLang (abort); TensorRT-LLM
/// (cancelled, timeout); OpenRouter (error); 2026.
#pragma once

#include <string_view>

namespace weir::translation::detail {

// Each is false for a word that is not known, and for none.

/// The answer has no more room.
[[nodiscard]] bool is_cut(std::string_view reason);
/// Something of it is not shown.
[[nodiscard]] bool is_filtered(std::string_view reason);
/// The upstream broke it off.
[[nodiscard]] bool is_failure(std::string_view reason);

}  // namespace weir::translation::detail
