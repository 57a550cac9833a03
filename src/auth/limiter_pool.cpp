#include "auth/limiter_pool.hpp"

#include <algorithm>
#include <vector>

namespace weir::auth {

namespace {

constexpr std::size_t kBucketsAtOnce = 256;

}  // namespace

LimiterPool::LimiterPool(const limit::WindowTable* windows)
    : windows_(windows), unlimited_(std::make_shared<limit::KeyLimiter>(limit::Limits{})) {}

const std::shared_ptr<limit::KeyLimiter>& LimiterPool::attach(const KeyEntry& entry) {
  std::lock_guard lock(mutex_);
  return attach_locked(entry);
}

void LimiterPool::update(const KeyEntry& entry) {
  if (!entry.terms) return;
  std::lock_guard lock(mutex_);
  if (!slots_.empty() && slots_.contains(std::string(entry.id()))) attach_locked(entry);
}

const std::shared_ptr<limit::KeyLimiter>& LimiterPool::attach_locked(const KeyEntry& entry) {
  if (!entry.limiter_) {
    entry.limiter_ = limiter_of(entry);
    entry.has_limiter_.store(true, std::memory_order_release);
  }
  return entry.limiter_;
}

/// An entry of an older table may be used after the next one: it must not bring back its limits.
std::shared_ptr<limit::KeyLimiter> LimiterPool::limiter_of(const KeyEntry& entry) {
  const KeyTerms& terms = *entry.terms;
  if (!terms.has_limits()) return unlimited_;
  auto& slot = slots_[std::string(entry.id())];
  if (slot.limiter == nullptr) {
    slot.limiter = std::make_shared<limit::KeyLimiter>(
        terms.limits, terms.model_limits, limit::Spans{}, windows_, std::string(entry.id()));
    slot.generation = entry.generation;
  } else if (slot.generation < entry.generation) {
    slot.limiter->configure(terms.limits, terms.model_limits);
    slot.generation = entry.generation;
  }
  return slot.limiter;
}

void LimiterPool::forget_idle(MonotonicTime now) {
  std::vector<std::shared_ptr<limit::KeyLimiter>> forgotten;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  const auto buckets = std::min(slots_.bucket_count(), kBucketsAtOnce);
  std::vector<std::string> idle;
  for (std::size_t i = 0; i < buckets; ++i) {
    next_bucket_ = (next_bucket_ + 1) % slots_.bucket_count();
    for (auto slot = slots_.begin(next_bucket_); slot != slots_.end(next_bucket_); ++slot) {
      auto& limiter = slot->second.limiter;
      if (limiter.use_count() > 1 || !limiter->idle(now)) continue;
      idle.push_back(slot->first);
    }
  }
  for (const auto& id : idle) {
    const auto slot = slots_.find(id);
    forgotten.push_back(std::move(slot->second.limiter));
    slots_.erase(slot);
  }
}

std::size_t LimiterPool::size() const {
  std::lock_guard lock(mutex_);
  return slots_.size();
}

}  // namespace weir::auth
