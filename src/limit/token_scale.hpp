/// Tokens of a text by its weight, as a model counts them. Learned from what the model's upstreams
/// report.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "codec/text_weight.hpp"

namespace weir::limit {

/// A text, and the number of its parts: of a prompt's messages, each of which costs some tokens of
/// its own.
struct WeighedText {
  codec::TextWeight weight;
  std::int64_t parts = 0;
  std::int64_t ids = 0;  ///< tokens given as numbers

  [[nodiscard]] bool empty() const { return weight.total() == 0 && parts == 0 && ids == 0; }
};

/// One factor per script, and one for a part, corrected by each report in proportion to what the
/// text has of each (normalised least mean squares). The first report counts fully, later ones by a
/// share that sinks to an eighth.
///
/// Units:    tokens.
/// Threads:  any. A concurrent report may be ignored.
/// Lifetime: value type, but for its atomics.
class TokenScale {
 public:
  /// `part`: the tokens of a part, as long as nothing is learned.
  explicit TokenScale(double part);

  [[nodiscard]] std::int64_t estimate(const WeighedText& text) const;
  /// Learns that `text` had `tokens`. Implausible figures are ignored: they count other things,
  /// such as images or hidden reasoning.
  void learn(const WeighedText& text, std::int64_t tokens);
  /// The number of reports it learned from, up to a bound.
  [[nodiscard]] int reports() const { return reports_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kTerms = codec::TextWeight::kScripts + 1;
  using Terms = std::array<double, kTerms>;

  [[nodiscard]] static Terms terms_of(const WeighedText& text);
  [[nodiscard]] double sum(const Terms& terms) const;

  std::array<std::atomic<double>, kTerms> factors_;
  std::atomic<int> reports_{0};
  std::mutex learning_;
};

}  // namespace weir::limit
