/// The contents of an event of a chat stream, or of a whole chat answer.
///
/// Source: platform.openai.com, API reference: chat completions; `reasoning_content` DeepSeek,
/// vLLM, SiliconFlow; `reasoning` OpenRouter, Ollama; content in parts Mistral; `stop_reason` vLLM,
/// `matched_stop` SGLang (numbers are tokens); `extra_content.google.thought_signature`
/// ai.google.dev, Thought signatures: OpenAI compatibility; 2026.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace weir::translation::detail {

inline constexpr std::string_view kReasoningContent = "reasoning_content";

struct ToolCallDelta {
  std::size_t index = 0;            ///< which call it continues
  std::string_view id = {};         ///< empty: as before
  std::string_view name = {};       ///< empty: as before
  std::string_view arguments = {};  ///< a piece of JSON text
  std::string_view signature = {};  ///< of a thought of Google's models, which want it back
};

/// Views are into the event.
struct ChatDelta {
  std::string_view id = {};
  std::int64_t created = 0;
  std::string reasoning = {};
  std::string_view reasoning_member = {};  ///< where it was
  std::string text = {};
  std::string refusal = {};
  std::vector<ToolCallDelta> tool_calls = {};
  std::string_view finish_reason = {};         ///< empty: it goes on
  std::string_view stop_sequence = {};         ///< the one that ended it, where that is said
  const boost::json::object* usage = nullptr;  ///< null: none is reported
};

/// Reads the first choice. Members of other types than their own count as absent.
[[nodiscard]] ChatDelta read_chat(const boost::json::object& chat);

}  // namespace weir::translation::detail
