#include "translation/detail/carried_reasoning.hpp"

#include <algorithm>
#include <array>

#include "codec/json_text.hpp"

namespace weir::translation::detail {
namespace {

// Members that are known: a client cannot choose another.
constexpr std::array<std::string_view, 2> kMembers = {"reasoning_content", "reasoning"};

constexpr std::string_view kMark = "weir:";
constexpr std::string_view kGoogle = "weir:google:";

}  // namespace

bool can_carry(std::string_view member) {
  return std::ranges::find(kMembers, member) != kMembers.end();
}

std::string carried_text(const CarriedReasoning& reasoning) {
  return std::string(kMark).append(reasoning.member).append(":").append(reasoning.text);
}

void append_carried(std::string& out, const CarriedReasoning& reasoning) {
  codec::append_json_string(out, carried_text(reasoning));
}

std::optional<CarriedReasoning> parse_carried(std::string_view content) {
  if (!content.starts_with(kMark)) return std::nullopt;
  content.remove_prefix(kMark.size());
  for (const auto member : kMembers) {
    if (content.starts_with(member) && content.substr(member.size()).starts_with(':')) {
      return CarriedReasoning{.member = member, .text = content.substr(member.size() + 1)};
    }
  }
  return std::nullopt;
}

std::string carried_signature(std::string_view signature) {
  return std::string(kGoogle).append(signature);
}

std::string_view parse_carried_signature(std::string_view content) {
  return content.starts_with(kGoogle) ? content.substr(kGoogle.size()) : std::string_view{};
}

}  // namespace weir::translation::detail
