/// Estimates the tokens of a call before it is made, from the calls before it.
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

#include "limit/token_scale.hpp"

namespace weir::limit {

/// The properties of a call that are known before it is made.
struct CallShape {
  std::size_t body_bytes = 0;
  /// The client's bound on each answer; 0 for endpoints whose answers have no tokens, such as
  /// embeddings.
  std::optional<std::int64_t> max_tokens = {};
  std::int64_t answers = 1;    ///< `n`: to each prompt
  std::int64_t prompts = 1;    ///< in one call
  std::int64_t token_ids = 0;  ///< of prompts given as numbers
  /// The tokens that the answers may have, together; nothing if the client set no bound.
  [[nodiscard]] std::optional<std::int64_t> answer_bound() const;

  // From the model, if known.
  std::optional<std::int64_t> context_length = {};
  std::optional<std::int64_t> max_output_tokens = {};
};

/// The estimate for one model.
///
/// Prompt: tokens per byte of body, separate for each size class: a body with an image has a
/// thousand times fewer per byte than text. The figure moves half of the way to a call that had
/// more and a 32nd of the way to one that had less, so it stays near the top of the observed range.
/// Answer: a figure that rises by an eighth with each longer answer and sinks by a 152nd with each
/// other one. It settles where one answer in twenty is longer. The first answers move it all the
/// way, and those up to the tenth a third of it.
///
/// Units:    tokens; bytes.
/// Threads:  any. A concurrent update may be lost, and nothing else.
/// Lifetime: value type, but for its atomics.
class ModelForecast {
 public:
  static constexpr std::int64_t kFirstAnswer = 1024;

  ModelForecast();

  /// An upper estimate for prompt and answers together. Never negative.
  [[nodiscard]] std::int64_t estimate(const CallShape& call) const;
  /// Updates the estimate; implausible values are ignored. `answer_tokens`: of one answer.
  void learn(std::size_t body_bytes, std::int64_t prompt_tokens, std::int64_t answer_tokens);

 private:
  static constexpr int kFirstAnswers = 10;
  static constexpr std::size_t kBodySizes = 4;  ///< up to 1 KiB, 16 KiB, 256 KiB, and above
  [[nodiscard]] static std::size_t size_of(std::size_t body_bytes);

  std::array<std::atomic<std::int64_t>, kBodySizes> tokens_per_mebibyte_;
  std::atomic<std::int64_t> answer_tokens_{kFirstAnswer};
  std::atomic<int> answers_{0};  ///< learned from, up to kFirstAnswers
};

/// A ModelForecast per model. Models beyond kMaxModels share one.
///
/// Cost:    estimate: one look-up without a lock; allocates nothing.
/// Threads: any.
class TokenForecast {
 public:
  static constexpr std::size_t kMaxModels = 1024;
  static constexpr unsigned kSampleEach = 64;

  TokenForecast();

  [[nodiscard]] std::int64_t estimate(std::string_view model, const CallShape& call) const;
  /// Learns from a call's usage. REQUIRES: `model` exists.
  void learn(std::string_view model, std::size_t body_bytes, std::int64_t prompt_tokens,
             std::int64_t answer_tokens);

  /// The tokens of a prompt, or of an answer, by their texts.
  [[nodiscard]] std::int64_t prompt_tokens(std::string_view model, const WeighedText& text) const;
  [[nodiscard]] std::int64_t answer_tokens(std::string_view model, const WeighedText& text) const;
  /// True if texts of this call, whose usage will be reported, should be weighed and learned from:
  /// for the first calls of a model, and then for one of kSampleEach.
  [[nodiscard]] bool wants_sample(std::string_view model) const;
  /// Learn from reported usage. REQUIRES: `model` exists.
  void learn_prompt(std::string_view model, const WeighedText& text, std::int64_t tokens);
  void learn_answer(std::string_view model, const WeighedText& text, std::int64_t tokens);

 private:
  struct Figures {
    ModelForecast forecast;
    TokenScale prompt{kMessageTokens};
    TokenScale answer{0};
    mutable std::atomic<unsigned> calls{0};
  };
  static constexpr double kMessageTokens = 3;
  struct Cell {
    explicit Cell(std::string_view name) : model(name) {}
    const std::string model;
    Figures figures;
  };
  using Slot = std::atomic<Cell*>;

  /// Index of the slot of `model`, or of the free slot that it would take.
  [[nodiscard]] std::size_t slot_of(std::string_view model) const;
  [[nodiscard]] Figures& learner_of(std::string_view model);
  [[nodiscard]] const Figures& figures_of(std::string_view model) const;

  /// Open addressing, half full at most. A slot is filled once and never changed, so readers need
  /// no lock.
  std::vector<Slot> slots_;
  Figures rest_;      ///< for models not learned yet, and those beyond kMaxModels
  std::mutex mutex_;  ///< held to fill a slot; guards cells_
  std::vector<std::unique_ptr<Cell>> cells_;
};

}  // namespace weir::limit
