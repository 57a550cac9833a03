#include "dialect/token_usage.hpp"

#include <algorithm>
#include <array>

#include "codec/json_scanner.hpp"

namespace weir::dialect {
namespace {

// Larger than any real count, and small enough to be summed.
constexpr std::int64_t kLargest = 1'000'000'000;

constexpr codec::MemberPaths kMembers = {
    {"prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens",
     "cache_creation_input_tokens", "cache_read_input_tokens"}};

}  // namespace

void TokenUsage::take(const TokenUsage& later) {
  if (later.input) input = later.input;
  if (later.output) output = later.output;
}

TokenUsage cut_short(TokenUsage reported, std::uint64_t events) {
  reported.output = std::max(reported.output.value_or(0), static_cast<std::int64_t>(events));
  return reported;
}

TokenUsage read_usage(std::string_view object) {
  codec::JsonScanner scanner(kMembers, 32);
  std::array<std::optional<std::int64_t>, kMembers.size()> counts;
  scanner.feed(object, [&](const codec::JsonValue& value) {
    const auto count = codec::parse_json_integer(value.text);
    if (count && *count >= 0) counts[value.member] = std::min(*count, kLargest);
  });
  TokenUsage usage;
  usage.input = counts[0] ? counts[0] : counts[2];
  usage.output = counts[1] ? counts[1] : counts[3];
  // Anthropic's input_tokens exclude cached tokens.
  if (usage.input && !counts[0]) *usage.input += counts[5].value_or(0) + counts[6].value_or(0);
  // Embeddings report the total alone, or with the prompt's.
  if (!usage.input && !usage.output && counts[4]) usage.input = counts[4];
  return usage;
}

}  // namespace weir::dialect
