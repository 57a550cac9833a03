#include "dialect/conversation.hpp"

#include <algorithm>
#include <array>

#include "base/stable_hash.hpp"
#include "codec/json_walk.hpp"

namespace weir::dialect {
namespace {

// The part of a text that is hashed, with its size. Caches hold beginnings: the rest tells little.
constexpr std::size_t kHashedBytes = 8 << 10;
// The part of a value that is read. The user's first message may come behind a long system prompt.
constexpr std::size_t kReadBytes = 1 << 20;
// The part of a growing text. Turns that are shorter do not find each other, but have little to
// find.
constexpr std::size_t kFirstBytes = 1 << 10;
constexpr std::size_t kFirstTokens = 256;

// Members whose strings are no content, or change from turn to turn.
constexpr std::array<std::string_view, 7> kSkipped = {
    "type", "id", "status", "cache_control", "ttl", "media_type", "detail",
};

// A client's line for billing at the start of its system prompt. It differs from call to call, and
// engines remove it before they look into their caches. Source: vllm-project/vllm pull request
// 36829, 2026-03-11; sgl-project/sglang pull request 29169, 2026-06-24.
std::string_view without_billing_line(std::string_view raw) {
  if (!raw.starts_with("x-anthropic-billing-header:")) return raw;
  constexpr std::string_view kNewline = R"(\n)";
  const auto end = raw.find(kNewline);
  return end == raw.npos ? std::string_view{} : raw.substr(end + kNewline.size());
}

// Roles of messages that come before the first one of the user: instructions, and a greeting, which
// all conversations of an application may have in common.
bool comes_before(std::string_view role) {
  return role == "system" || role == "developer" || role == "assistant";
}

// Walks over one value.
class Hashing {
 public:
  Hashing(StableHash& hash, Turns turns) : hash_(hash), turns_(turns) {}

  void open(char, std::size_t) {
    if (walk_.depth() == kMessageDepth) comes_before_ = false;
  }
  void close(std::size_t) {
    if (walk_.depth() == kMessageDepth && turns_ == Turns::listed) is_done_ = !comes_before_;
  }
  void name(std::string_view name) {
    is_role_ = name == "role";
    is_skipped_ = std::ranges::find(kSkipped, name) != kSkipped.end();
  }
  void string(std::string_view raw, std::size_t, bool, bool ends) {
    if (walk_.in_object() && is_role_) {
      if (walk_.depth() == kMessageDepth + 1) comes_before_ = comes_before(raw);
      return;
    }
    if (walk_.in_object() && is_skipped_) return;
    if (turns_ == Turns::written) {
      add(raw.substr(0, kFirstBytes));
      is_done_ = true;
    } else {
      add(without_billing_line(raw), ends);
    }
  }
  void scalar(std::string_view text, bool, bool) {
    if (walk_.in_object() || walk_.depth() == 0) return;
    add(text);
    is_done_ = turns_ == Turns::written && ++tokens_ == kFirstTokens;
  }
  [[nodiscard]] bool is_done() const { return is_done_; }

  /// Whether there was anything.
  bool walk(std::string_view value) {
    walk_.feed(value.substr(0, kReadBytes), *this);
    return has_text_;
  }

 private:
  static constexpr std::size_t kMessageDepth = 1;  // of its bracket, in an array

  void add(std::string_view text, bool is_whole = true) {
    if (text.empty()) return;
    hash_.add(text.substr(0, kHashedBytes));
    if (is_whole && text.size() > kHashedBytes) hash_.add(text.size());
    has_text_ = true;
  }

  codec::JsonWalk walk_;
  StableHash& hash_;
  const Turns turns_;
  std::size_t tokens_ = 0;
  bool comes_before_ = false;  // the message, as far as its role is known
  bool is_role_ = false;
  bool is_skipped_ = false;
  bool has_text_ = false;
  bool is_done_ = false;
};

}  // namespace

std::optional<std::uint64_t> hash_conversation(const PromptValues& values, Turns turns) {
  if (turns == Turns::none) return std::nullopt;
  StableHash hash;
  const bool instructed = Hashing(hash, Turns::none).walk(values.instructions);
  const bool begun = Hashing(hash, turns).walk(values.turns);
  if (!instructed && !begun) return std::nullopt;
  return hash.value();
}

}  // namespace weir::dialect
