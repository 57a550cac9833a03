/// What an upstream says a call took, in whichever of the field's shapes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::gateway {

struct TokenUsage {
  std::optional<std::int64_t> input;   ///< tokens of the prompt
  std::optional<std::int64_t> output;  ///< tokens of the answer

  [[nodiscard]] bool known() const { return input.has_value() || output.has_value(); }
  [[nodiscard]] std::int64_t total() const { return input.value_or(0) + output.value_or(0); }
  /// What `later` says counts: streams report sums, the last of them the final one.
  void take(const TokenUsage& later);
};

/// What a stream took that was cut short after `events`. An event is about a token, and what was
/// reported by then may be from the stream's start, before there was anything to count.
[[nodiscard]] TokenUsage cut_short(TokenUsage reported, std::uint64_t events);

/// `object` is the raw JSON of `usage`, or of the `tokens` of a rerank answer; a null is no usage.
///
/// Source: OpenAI (prompt_tokens, completion_tokens; input_tokens, output_tokens for responses),
/// Anthropic (input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens),
/// SiliconFlow's rerank (input_tokens, output_tokens), 2026.
[[nodiscard]] TokenUsage read_usage(std::string_view object);

}  // namespace weir::gateway
