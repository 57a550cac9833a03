#include "translation/detail/thinking.hpp"

#include "translation/detail/chat_delta.hpp"
#include "translation/detail/members.hpp"
#include "translation/translation.hpp"

namespace weir::translation::detail {

std::string signature_of(std::string_view member, std::string_view text) {
  std::string signature(kOwnSignature);
  signature += member;
  if (!text.empty() && text.size() <= kMaxSignedBytes) signature.append(":").append(text);
  return signature;
}

std::string_view reasoning_of(const boost::json::object& block) {
  auto signature = text_of(block, "signature");
  const auto text = text_of(block, "thinking");
  if (signature.empty()) return text;
  for (const auto part : {kOwnSignature, kReasoningContent}) {
    if (!signature.starts_with(part)) return {};
    signature.remove_prefix(part.size());
  }
  if (signature.empty()) return text;
  return signature.starts_with(':') ? signature.substr(1) : std::string_view{};
}

}  // namespace weir::translation::detail
