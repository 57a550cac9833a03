/// Reasoning that a client keeps for the upstream, as an item's `encrypted_content`.
///
/// Models that reason between calls want their reasoning back with the calls, and DeepSeek refuses
/// a request without it. Clients return that member as they got it; Codex returns no other.
///
/// Source: api-docs.deepseek.com, guides: thinking mode; docs.vllm.ai, interleaved thinking;
/// openai/codex, codex-rs/protocol/src/models.rs (ResponseItem::Reasoning), 2026.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::translation::detail {

struct CarriedReasoning {
  std::string_view member;  ///< of an assistant's message at the upstream
  std::string_view text;
};

/// True for a member that parse_carried() takes back: a text of its own, beside the content.
[[nodiscard]] bool can_carry(std::string_view member);

/// The content that holds it.
[[nodiscard]] std::string carried_text(const CarriedReasoning& reasoning);
/// Appends it, as a JSON string.
void append_carried(std::string& out, const CarriedReasoning& reasoning);
/// Nothing for content of another origin. Valid as long as `content`.
[[nodiscard]] std::optional<CarriedReasoning> parse_carried(std::string_view content);

/// The same for a signature of Google's, which goes back to the call that it came with. Empty for
/// content of another origin.
[[nodiscard]] std::string carried_signature(std::string_view signature);
[[nodiscard]] std::string_view parse_carried_signature(std::string_view content);

}  // namespace weir::translation::detail
