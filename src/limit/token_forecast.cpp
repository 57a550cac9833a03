#include "limit/token_forecast.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace weir::limit {

namespace {

constexpr std::int64_t kMebibyte = 1 << 20;
constexpr std::int64_t kFirstTokensPerMebibyte = kMebibyte / 3;
// A token is at least a byte of text. A body with more tokens than bytes refers to data elsewhere,
// such as an image's address, and does not predict other bodies.
constexpr std::int64_t kMaxTokensPerMebibyte = kMebibyte;
constexpr std::int64_t kMinAnswer = 16;
constexpr std::int64_t kMaxAnswer = 1'000'000;

// Products of these stay far below 2^63.
constexpr std::int64_t kMaxTokens = 1'000'000'000;
constexpr std::int64_t kMaxAnswers = 1'000;
constexpr std::int64_t kMaxPrompts = 1'000'000;
constexpr std::int64_t kMaxSum = 1'000'000'000'000;
constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 32;

std::int64_t bounded_bytes(std::size_t bytes) {
  return static_cast<std::int64_t>(std::min(bytes, kMaxBodyBytes));
}

/// Applies a bound. 0 or less is none: some clients send -1 for "unlimited".
std::int64_t at_most(std::int64_t tokens, const std::optional<std::int64_t>& bound) {
  return bound && *bound > 0 ? std::min(tokens, *bound) : tokens;
}

}  // namespace

std::optional<std::int64_t> CallShape::answer_bound() const {
  if (!max_tokens || *max_tokens <= 0) return std::nullopt;
  return std::min(*max_tokens, kMaxTokens) * std::clamp<std::int64_t>(answers, 1, kMaxAnswers) *
         std::clamp<std::int64_t>(prompts, 1, kMaxPrompts);
}

ModelForecast::ModelForecast() {
  for (auto& figure : tokens_per_mebibyte_) figure = kFirstTokensPerMebibyte;
}

std::size_t ModelForecast::size_of(std::size_t body_bytes) {
  const auto kibibytes = body_bytes >> 10;
  const auto size = (static_cast<std::size_t>(std::bit_width(kibibytes)) + 3) / 4;
  return std::min(size, kBodySizes - 1);
}

std::int64_t ModelForecast::estimate(const CallShape& call) const {
  const auto per_mebibyte =
      tokens_per_mebibyte_[size_of(call.body_bytes)].load(std::memory_order_relaxed);
  const std::int64_t prompt = call.token_ids > 0
                                  ? call.token_ids
                                  : 1 + bounded_bytes(call.body_bytes) * per_mebibyte / kMebibyte;
  std::int64_t answer = answer_tokens_.load(std::memory_order_relaxed);
  if (call.max_tokens && *call.max_tokens >= 0) answer = std::min(*call.max_tokens, kMaxTokens);
  answer = at_most(at_most(answer, call.max_output_tokens), call.context_length);
  const std::int64_t answers = std::clamp<std::int64_t>(call.answers, 1, kMaxAnswers);
  const std::int64_t prompts = std::clamp<std::int64_t>(call.prompts, 1, kMaxPrompts);
  // A prompt and one answer share the context; each further answer is added.
  std::optional<std::int64_t> contexts;
  if (call.context_length) contexts = std::min(*call.context_length, kMaxTokens) * prompts;
  const auto sum = at_most(prompt + prompts * answer, contexts) + (answers - 1) * prompts * answer;
  return std::min(sum, kMaxSum);
}

void ModelForecast::learn(std::size_t body_bytes, std::int64_t prompt_tokens,
                          std::int64_t answer_tokens) {
  if (body_bytes > 0 && prompt_tokens > 0 && prompt_tokens <= kMaxTokens) {
    auto& figure = tokens_per_mebibyte_[size_of(body_bytes)];
    const std::int64_t known = figure.load(std::memory_order_relaxed);
    const std::int64_t seen =
        std::min(prompt_tokens * kMebibyte / bounded_bytes(body_bytes), kMaxTokensPerMebibyte);
    figure.store(seen > known ? known + (seen - known + 1) / 2 : known - (known - seen) / 32,
                 std::memory_order_relaxed);
  }
  if (answer_tokens > 0 && answer_tokens <= kMaxTokens) {
    const std::int64_t known = answer_tokens_.load(std::memory_order_relaxed);
    const int before = answers_.load(std::memory_order_relaxed);
    std::int64_t next = answer_tokens > known ? known + known / 8 : known - known / 152;
    if (before < kFirstAnswers) {
      answers_.store(before + 1, std::memory_order_relaxed);
      // With room for a longer one.
      const auto wide = answer_tokens + answer_tokens / 4;
      next = before == 0 || wide > known ? wide : known - (known - wide) / 3;
    }
    answer_tokens_.store(std::clamp(next, kMinAnswer, kMaxAnswer), std::memory_order_relaxed);
  }
}

TokenForecast::TokenForecast() : slots_(std::bit_ceil(2 * kMaxModels)) {}

std::size_t TokenForecast::slot_of(std::string_view model) const {
  std::size_t slot = std::hash<std::string_view>{}(model) & (slots_.size() - 1);
  for (;; slot = (slot + 1) & (slots_.size() - 1)) {
    const Cell* cell = slots_[slot].load(std::memory_order_acquire);
    if (cell == nullptr || cell->model == model) return slot;
  }
}

std::int64_t TokenForecast::estimate(std::string_view model, const CallShape& call) const {
  return figures_of(model).forecast.estimate(call);
}

const TokenForecast::Figures& TokenForecast::figures_of(std::string_view model) const {
  const Cell* cell = slots_[slot_of(model)].load(std::memory_order_acquire);
  return cell == nullptr ? rest_ : cell->figures;
}

TokenForecast::Figures& TokenForecast::learner_of(std::string_view model) {
  if (Cell* cell = slots_[slot_of(model)].load(std::memory_order_acquire)) return cell->figures;
  std::lock_guard lock(mutex_);
  // Another thread may have filled the slot, possibly with another model.
  Slot& slot = slots_[slot_of(model)];
  Cell* const others = slot.load(std::memory_order_acquire);
  if (others != nullptr) return others->figures;  // uncounted: a race
  if (cells_.size() == kMaxModels) return rest_;
  cells_.push_back(std::make_unique<Cell>(model));
  slot.store(cells_.back().get(), std::memory_order_release);
  return cells_.back()->figures;
}

void TokenForecast::learn(std::string_view model, std::size_t body_bytes,
                          std::int64_t prompt_tokens, std::int64_t answer_tokens) {
  learner_of(model).forecast.learn(body_bytes, prompt_tokens, answer_tokens);
}

std::int64_t TokenForecast::prompt_tokens(std::string_view model, const WeighedText& text) const {
  return figures_of(model).prompt.estimate(text);
}

std::int64_t TokenForecast::answer_tokens(std::string_view model, const WeighedText& text) const {
  return figures_of(model).answer.estimate(text);
}

bool TokenForecast::wants_sample(std::string_view model) const {
  const Figures& figures = figures_of(model);
  const auto calls = figures.calls.fetch_add(1, std::memory_order_relaxed);
  return calls % kSampleEach < 1 || figures.answer.reports() + figures.prompt.reports() < 8;
}

void TokenForecast::learn_prompt(std::string_view model, const WeighedText& text,
                                 std::int64_t tokens) {
  learner_of(model).prompt.learn(text, tokens);
}

void TokenForecast::learn_answer(std::string_view model, const WeighedText& text,
                                 std::int64_t tokens) {
  learner_of(model).answer.learn(text, tokens);
}

}  // namespace weir::limit
