#include "dialect/prompt_scan.hpp"

#include <algorithm>
#include <array>

#include "codec/json_walk.hpp"

namespace weir::dialect {
namespace {

constexpr std::size_t kWeighedBytes = 16 << 10;
constexpr std::size_t kMaxDepth = 16;

enum class Member : std::uint8_t {
  other,
  text,     // its strings are text, and those of an array in it
  prompt,   // the same, and numbers are tokens
  message,  // a role: one for each message
  data,     // nothing in it is text
};

// A picture or a file within a text; a text may begin with the same word.
bool is_data_url(std::string_view raw) {
  constexpr std::size_t kLongestType = 128;
  return raw.starts_with("data:") && raw.substr(0, kLongestType).contains(";base64,");
}

struct Row {
  std::string_view name;
  Member member;
};

constexpr std::array kRows{
    Row{"role", Member::message},      Row{"content", Member::text},
    Row{"text", Member::text},         Row{"input", Member::prompt},
    Row{"prompt", Member::prompt},     Row{"system", Member::text},
    Row{"instructions", Member::text}, Row{"suffix", Member::text},
    Row{"query", Member::text},        Row{"documents", Member::text},
    Row{"text_1", Member::text},       Row{"text_2", Member::text},
    Row{"arguments", Member::text},    Row{"output", Member::text},
    Row{"thinking", Member::text},     Row{"reasoning_content", Member::text},
    Row{"name", Member::text},         Row{"description", Member::text},
    Row{"enum", Member::text},         Row{"required", Member::text},
    Row{"image_url", Member::data},    Row{"input_audio", Member::data},
    Row{"file", Member::data},         Row{"source", Member::data},
    Row{"metadata", Member::data},     Row{"video_url", Member::data},
    Row{"audio_url", Member::data},    Row{"response_format", Member::data},
};

Member find_member(std::string_view name) {
  const auto* row = std::ranges::find(kRows, name, &Row::name);
  return row == kRows.end() ? Member::other : row->member;
}

class Weighing {
 public:
  explicit Weighing(std::string_view body) { walk_.feed(body, *this); }

  void open(char bracket, std::size_t) {
    const auto depth = walk_.depth();
    const auto own = member_at(depth);
    if (own == Member::data && data_depth_ == 0) data_depth_ = depth;
    if (depth + 1 < kMaxDepth) members_[depth + 1] = bracket == '[' ? own : Member::other;
  }
  void close(std::size_t) {
    if (walk_.depth() <= data_depth_) data_depth_ = 0;
  }
  void name(std::string_view name) {
    const auto depth = walk_.depth();
    if (depth >= kMaxDepth) return;
    members_[depth] = find_member(name);
    if (members_[depth] == Member::message) ++weight_.messages;
  }
  void string(std::string_view raw, std::size_t, bool, bool) {
    const auto own = member_at(walk_.depth());
    const bool is_text = own == Member::text || own == Member::prompt;
    if (!is_text || data_depth_ > 0 || is_data_url(raw)) return;
    bytes_ += raw.size();
    const auto room = kWeighedBytes - std::min(weighed_, kWeighedBytes);
    meter_.feed(raw.substr(0, room));
    meter_.end();
    weighed_ += std::min(raw.size(), room);
  }
  void scalar(std::string_view, bool, bool) {
    // Elements of an array only: `input` itself is no number.
    if (!walk_.in_object() && member_at(walk_.depth()) == Member::prompt) ++weight_.token_ids;
  }

  [[nodiscard]] PromptWeight result() {
    weight_.text = meter_.weight();
    if (bytes_ > weighed_ && weighed_ > 0) {
      const auto bytes = static_cast<double>(bytes_);
      const auto part = bytes / static_cast<double>(weighed_);
      for (auto& weight : weight_.text.of) {
        weight = static_cast<std::int64_t>(static_cast<double>(weight) * part);
      }
    }
    return weight_;
  }

 private:
  [[nodiscard]] Member member_at(std::size_t depth) const {
    return depth < kMaxDepth ? members_[depth] : Member::other;
  }

  codec::JsonWalk walk_;
  codec::TextMeter meter_;
  PromptWeight weight_;
  std::array<Member, kMaxDepth> members_{};
  std::size_t data_depth_ = 0;  // 0: none
  std::size_t bytes_ = 0;       // of text
  std::size_t weighed_ = 0;
};

}  // namespace

PromptWeight weigh_prompt(std::string_view body) { return Weighing(body).result(); }

}  // namespace weir::dialect
