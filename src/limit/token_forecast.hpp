/// How many tokens a call will take, said before it is made, learned from the calls before it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::limit {

/// What is known of a call before it is made.
struct CallShape {
  std::size_t body_bytes = 0;
  /// The client's own bound for each answer; 0 where answers have no tokens, as with embeddings.
  std::optional<std::int64_t> max_tokens = {};
  std::int64_t answers = 1;  ///< `n`
  // Of the model, where known.
  std::optional<std::int64_t> context_length = {};
  std::optional<std::int64_t> max_output_tokens = {};
};

/// What is learned of one model.
///
/// Prompt: tokens per byte of body, apart for small and large bodies: an image in the body has a
/// thousand times fewer than text has. The figure rises half of the way to a call that had more and
/// sinks a 32nd of the way to one that had less, so it stays near the top of what is seen.
/// Answer: a figure that rises by an eighth with each longer answer and sinks by a 152nd with each
/// other one. It rests where one answer in twenty is longer.
///
/// Units:    tokens; bytes.
/// Threads:  any. Two that learn at once may lose one of two lessons, and nothing else.
/// Lifetime: value type, but for its atomics.
class ModelForecast {
 public:
  static constexpr std::int64_t kFirstAnswer = 1024;

  ModelForecast();

  /// An upper figure for prompt and answers together. Never negative.
  [[nodiscard]] std::int64_t estimate(const CallShape& call) const;
  /// Figures that an upstream cannot mean are ignored.
  void learn(std::size_t body_bytes, std::int64_t prompt_tokens, std::int64_t answer_tokens);

 private:
  static constexpr std::size_t kBodySizes = 4;  ///< to 1 KiB, 16 KiB, 256 KiB, and above
  [[nodiscard]] static std::size_t size_of(std::size_t body_bytes);

  std::array<std::atomic<std::int64_t>, kBodySizes> tokens_per_mebibyte_;
  std::atomic<std::int64_t> answer_tokens_{kFirstAnswer};
};

/// A ModelForecast for each model. Models beyond kMaxModels share one.
///
/// Cost:    estimate: one look-up without a lock; allocates nothing.
/// Threads: any.
class TokenForecast {
 public:
  static constexpr std::size_t kMaxModels = 1024;

  TokenForecast();

  [[nodiscard]] std::int64_t estimate(std::string_view model, const CallShape& call) const;
  /// What an upstream reported. REQUIRES: `model` is one that exists.
  void learn(std::string_view model, std::size_t body_bytes, std::int64_t prompt_tokens,
             std::int64_t answer_tokens);

 private:
  struct Cell {
    explicit Cell(std::string_view name) : model(name) {}
    const std::string model;
    ModelForecast forecast;
  };
  using Slot = std::atomic<Cell*>;

  /// Index of the slot where `model` is, or of the free one where it would be.
  [[nodiscard]] std::size_t slot_of(std::string_view model) const;
  [[nodiscard]] ModelForecast& learner_of(std::string_view model);

  /// Open addressing, half full at most. A slot is filled once and never changed, so readers need
  /// no lock.
  std::vector<Slot> slots_;
  ModelForecast rest_;  ///< models not learned yet, and those beyond kMaxModels
  std::mutex mutex_;    ///< for whoever fills a slot; guards cells_
  std::vector<std::unique_ptr<Cell>> cells_;
};

}  // namespace weir::limit
