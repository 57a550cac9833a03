// Any bytes as the answers to every kind and to the loopback scan.
//
// Input: a byte that chooses the kind; then answers separated by NUL, used in turn and cyclically.
// An answer that begins with `!` has the status chosen by the next byte; an empty one means no
// answer.
// Covers: discovery/kinds/*.cpp discovery/inquiry.cpp discovery/loopback.cpp
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "discovery/inquiry.hpp"
#include "discovery/kinds.hpp"
#include "discovery/loopback.hpp"

namespace {

using weir::discovery::Answer;
using weir::discovery::kMaxAsks;

class Script {
 public:
  explicit Script(std::string_view text) {
    for (;;) {
      const auto end = text.find('\0');
      answers_.push_back(text.substr(0, end));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }
  weir::Result<Answer> next() {
    const auto text = answers_[at_++ % answers_.size()];
    if (text.empty()) return weir::fail(weir::Errc::upstream_broke);
    if (text.front() == '!') {
      constexpr std::array kStatuses = {404, 400, 401, 405, 422, 301, 500};
      const auto choice = static_cast<unsigned char>(text.size() > 1 ? text[1] : '0') - '0';
      const auto at = static_cast<std::size_t>(choice) % kStatuses.size();
      return Answer{kStatuses[at], std::string(text.substr(std::min<std::size_t>(2, text.size())))};
    }
    return Answer{200, std::string(text)};
  }
  [[nodiscard]] std::size_t asked() const { return at_; }

 private:
  std::vector<std::string_view> answers_;
  std::size_t at_ = 0;
};

void check_models(const weir::catalogue::ModelRows& models) {
  for (const auto& model : models) {
    CHECK(!model.id.empty() && model.id.size() <= 512);
    CHECK(model.facts.context_length.value_or(1) > 0);
    CHECK(model.facts.max_output_tokens.value_or(1) > 0);
  }
}

void ask_everything(const weir::discovery::Kind& kind, std::string_view text) {
  Script script(text);
  weir::discovery::Inquiry inquiry(kind, weir::WallTime{std::chrono::seconds(1'772'323'200)});
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    for (std::size_t i = 0; i < asks.size(); ++i) {
      CHECK(asks[i].path.starts_with('/'));
      inquiry.answer(i, script.next());
    }
  }
  CHECK(script.asked() <= kMaxAsks);
  if (const auto listing = inquiry.listing()) check_models(listing->models);
}

void recognise(std::string_view text) {
  Script script(text);
  weir::discovery::Fingerprint fingerprint(weir::discovery::kind_slugs());
  for (std::size_t i = 0; i < fingerprint.asks().size(); ++i) {
    fingerprint.answer(i, script.next());
  }
  static_cast<void>(fingerprint.kind());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kinds = weir::discovery::all_kinds();
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  ask_everything(kinds[data[0] % kinds.size()], text);
  if (data[0] >= 0x80) recognise(text);
  return 0;
}
