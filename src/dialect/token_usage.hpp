/// Usage as reported by an upstream, in any of the field's shapes. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::dialect {

struct TokenUsage {
  std::optional<std::int64_t> input = {};   ///< tokens of the prompt, cached ones included
  std::optional<std::int64_t> output = {};  ///< tokens of the answer, reasoning included
  /// The total of both, where a report has only that.
  std::optional<std::int64_t> sum = {};
  std::optional<std::int64_t> cached = {};     ///< part of the input
  std::optional<std::int64_t> reasoning = {};  ///< part of the output
  /// Part of the input that its figure did not include; a later report may leave it out.
  std::int64_t beside = 0;
  std::int64_t audio_seconds = 0;  ///< heard; a part of a second counts as one

  [[nodiscard]] bool known() const { return input || output || sum; }
  [[nodiscard]] std::int64_t total() const {
    return std::max(input.value_or(0) + output.value_or(0), sum.value_or(0));
  }
  /// Values of `later` replace earlier ones: streams report running sums, the last of which is
  /// final. A 0 replaces nothing: some servers end a stream with an empty report.
  void take(const TokenUsage& later);
};

/// Reads `object`, the raw JSON of a report such as `usage`. Numbers may have a fraction or be
/// strings; null, negative and other values are absent. A share that is absent, or 0, follows from
/// the other and the total. A part is never more than the whole that it belongs to.
///
/// Source: OpenAI (prompt_tokens, completion_tokens; input_tokens, output_tokens for responses;
/// their _details), Anthropic (input_tokens, cache_creation_input_tokens, cache_read_input_tokens,
/// output_tokens), SiliconFlow's and Cohere's rerank (input_tokens, output_tokens), Moonshot
/// (cached_tokens), DeepSeek and SiliconFlow (prompt_cache_hit_tokens), xAI (a total that alone
/// includes reasoning), Ollama (prompt_eval_count, eval_count), llama.cpp (timings: cache_n,
/// prompt_n, predicted_n), Google (promptTokenCount, candidatesTokenCount, thoughtsTokenCount,
/// totalTokenCount), Bedrock (inputTokens, outputTokens, totalTokens); of audio OpenAI and vLLM
/// (seconds), Mistral (prompt_audio_seconds), DashScope (duration), 2026.
[[nodiscard]] TokenUsage read_usage(std::string_view object);

}  // namespace weir::dialect
