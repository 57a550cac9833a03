#include "limit/token_scale.hpp"

#include <algorithm>
#include <cmath>

namespace weir::limit {
namespace {

constexpr double kHundredths = 100;
constexpr double kMinFactor = 0.1;
constexpr double kMaxFactor = 10;
constexpr double kMaxPart = 64;
constexpr int kMaxReports = 8;  // that the share of a further one depends on
// A report beyond these is about something else than the text.
constexpr double kImplausible = 8;
constexpr double kSlack = 32;

}  // namespace

TokenScale::TokenScale(double part) {
  for (auto& factor : factors_) factor = 1;
  factors_.back() = part;
}

TokenScale::Terms TokenScale::terms_of(const WeighedText& text) {
  Terms terms{};
  for (std::size_t i = 0; i + 1 < kTerms; ++i) {
    terms[i] = static_cast<double>(text.weight.of[i]) / kHundredths;
  }
  terms.back() = static_cast<double>(text.parts);
  return terms;
}

double TokenScale::sum(const Terms& terms) const {
  double tokens = 0;
  for (std::size_t i = 0; i < kTerms; ++i) {
    tokens += terms[i] * factors_[i].load(std::memory_order_relaxed);
  }
  return tokens;
}

std::int64_t TokenScale::estimate(const WeighedText& text) const {
  constexpr double kLargest = 1e9;
  const auto tokens = std::llround(std::min(sum(terms_of(text)), kLargest));
  // The least text is a token.
  const bool has_text = text.weight.total() > 0;
  return text.ids + std::max<std::int64_t>(tokens, has_text ? 1 : 0);
}

void TokenScale::learn(const WeighedText& text, std::int64_t tokens) {
  if (tokens <= 0 || text.ids > 0 || text.weight.total() <= 0) return;
  const std::unique_lock lock(learning_, std::try_to_lock);
  if (!lock) return;
  const auto terms = terms_of(text);
  const double estimated = sum(terms);
  const auto reported = static_cast<double>(tokens);
  if (reported > kImplausible * estimated + kSlack) return;
  if (estimated > kImplausible * reported + kSlack) return;
  double square = 0;
  for (const double term : terms) square += term * term;
  const int reports = reports_.load(std::memory_order_relaxed);
  const double step = (reported - estimated) / (square * (reports + 1));
  for (std::size_t i = 0; i < kTerms; ++i) {
    const double next = factors_[i].load(std::memory_order_relaxed) + step * terms[i];
    const bool is_part = i + 1 == kTerms;
    factors_[i].store(std::clamp(next, is_part ? 0 : kMinFactor, is_part ? kMaxPart : kMaxFactor),
                      std::memory_order_relaxed);
  }
  reports_.store(std::min(reports + 1, kMaxReports - 1), std::memory_order_relaxed);
}

}  // namespace weir::limit
