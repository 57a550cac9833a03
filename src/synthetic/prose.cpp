#include "synthetic/prose.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "synthetic/words.hpp"

namespace weir::synthetic {
namespace {

constexpr std::int64_t kQuotedTokens = 12;
constexpr std::int64_t kUsualTokens = 50;

// Each starts with a blank, so that they can be concatenated.
constexpr auto kSentences = std::to_array<std::string_view>({
    " A weir keeps a river level, so that boats and mills can rely on it.",
    " Water that finds one gate shut takes the next one.",
    " Small steps make a long fall quiet.",
    " What flows in must flow out, and somebody should count it.",
    " A good gate is one that nobody has to think about.",
    " The shortest answer that helps is usually the best one.",
    " Try the same question with another model and compare.",
    " Ask for a stream and you will see these words arrive one by one.",
    " Rivers are patient, and so are good servers.",
    " Behind every calm surface somebody keeps the channels clear.",
    " Even a narrow channel carries far when it never stops.",
    " If a stone blocks the stream, the stream goes around the stone.",
    " A measure is only useful when it is read.",
    " Many springs can share one bed without mixing their names.",
    " On a dry day the reservoir is the best friend of the mill.",
    " Nothing here was looked up, so please do not rely on it.",
    " The boat does not need to know how the lock works.",
    " When the flood comes, the wise keeper opens early.",
    " Every drop is counted once, and only once.",
    " Clear water shows the ground, and clear words show the thought.",
});

std::string greeting(std::string_view question) {
  constexpr std::string_view kWho =
      "This is the simulator built into Weir: no model ran, and the same question always gets the "
      "same answer.";
  const auto quoted = first_tokens(question, kQuotedTokens);
  if (quoted.empty()) return std::string(kWho);
  const bool all = count_tokens(question) <= kQuotedTokens;
  return fmt::format("You said: “{}{}” {}", quoted, all ? "" : " …", kWho);
}

}  // namespace

Prose::Prose(std::string_view question, std::uint64_t seed, Length length)
    : greeting_(greeting(question)), dice_(seed) {
  if (length.wanted) {
    size_ = *length.wanted;
  } else {
    // Reads ahead on a copy: the end of a sentence is known only once it is generated.
    Prose ahead = *this;
    size_ = count_tokens(greeting_);
    while (size_ < kUsualTokens) size_ += count_tokens(ahead.next_sentence());
  }
  cut_ = length.limit && *length.limit < size_;
  if (cut_) size_ = *length.limit;
}

std::string_view Prose::next() {
  if (given_ == size_) return {};
  ++given_;
  if (read_ < greeting_.size()) {
    std::string_view left = std::string_view(greeting_).substr(read_);
    const auto token = take_token(left);
    read_ += token.size();
    return token;
  }
  if (sentence_.empty()) sentence_ = next_sentence();
  return take_token(sentence_);
}

std::string Prose::rest() {
  std::string text;
  for (auto token = next(); !token.empty(); token = next()) text += token;
  return text;
}

// Never returns the same sentence twice in a row.
std::string_view Prose::next_sentence() {
  last_sentence_ = (last_sentence_ + 1 + dice_.below(kSentences.size() - 1)) % kSentences.size();
  return kSentences[last_sentence_];
}

std::string reasoning_about(std::string_view question) {
  return fmt::format("The question has a length of {} tokens. A short and friendly answer will do.",
                     count_tokens(question));
}

}  // namespace weir::synthetic
