/// Token usage as reported by an upstream, in any of the field's shapes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::dialect {

struct TokenUsage {
  std::optional<std::int64_t> input;   ///< tokens of the prompt
  std::optional<std::int64_t> output;  ///< tokens of the answer

  [[nodiscard]] bool known() const { return input.has_value() || output.has_value(); }
  [[nodiscard]] std::int64_t total() const { return input.value_or(0) + output.value_or(0); }
  /// Values of `later` replace earlier ones: streams report running sums, the last of which is
  /// final.
  void take(const TokenUsage& later);
};

/// The usage of a stream that was cut short after `events`. An event is about one token, and the
/// reported numbers may be from the stream's start, before anything was generated.
[[nodiscard]] TokenUsage cut_short(TokenUsage reported, std::uint64_t events);

/// Reads `object`, the raw JSON of `usage`, or of the `tokens` of a rerank answer; null means no
/// usage.
///
/// Source: OpenAI (prompt_tokens, completion_tokens; input_tokens, output_tokens for responses),
/// Anthropic (input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens),
/// SiliconFlow's rerank (input_tokens, output_tokens), 2026.
[[nodiscard]] TokenUsage read_usage(std::string_view object);

}  // namespace weir::dialect
