/// The rows of the families, each defined in the file of its name.
#pragma once

#include "dialect/family.hpp"

namespace weir::dialect::detail {

/// The text of OpenAI's answers and of their chunks. A family without streams of its own has them
/// too.
inline constexpr TextNames kChatText{
    MemberName::arguments, MemberName::content, MemberName::name, MemberName::reasoning_content,
    MemberName::reasoning, MemberName::refusal, MemberName::text,
};
inline constexpr StreamRow kChunks{.framing = Framing::events, .text = kChatText, .ends = {}};

/// {"error":{"message","type","param","code"},"code","message","data"}.
void append_openai_error(std::string& out, const PublicError& error);
/// The same as an event, without `param`.
void append_openai_break(std::string& out, const StreamBreak& broken);

/// The message of a broken stream, in every family, if it has none of its own.
inline constexpr std::string_view kBroken = "The answer was interrupted.";
[[nodiscard]] inline std::string_view message_of(const StreamBreak& broken) {
  return broken.message.empty() ? kBroken : broken.message;
}

/// SiliconFlow's number of an error; the status where it has none.
[[nodiscard]] int siliconflow_number(Errc code);

extern constinit const FamilyRow kOpenai;
extern constinit const FamilyRow kResponses;
extern constinit const FamilyRow kAnthropic;
extern constinit const FamilyRow kSiliconflow;
extern constinit const FamilyRow kGemini;
extern constinit const FamilyRow kOllama;

}  // namespace weir::dialect::detail
