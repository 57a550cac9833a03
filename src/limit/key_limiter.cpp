#include "limit/key_limiter.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

#include "base/check.hpp"

namespace weir::limit {

namespace {

/// Bound on reported usage, which may be anything; sums of it stay far below 2^63.
constexpr std::int64_t kMaxClaim = 1'000'000'000;

Claim bounded(Claim claim) {
  return {std::clamp<std::int64_t>(claim.tokens, 0, kMaxClaim),
          std::clamp<std::int64_t>(claim.images, 0, kMaxClaim)};
}

bool any_limit(const Limits& limits, const std::vector<ModelLimits>& of_models) {
  return limits != Limits{} || std::ranges::any_of(of_models, [](const ModelLimits& entry) {
           return entry.limits != Limits{};
         });
}

std::optional<Refusal> of_model(std::optional<Refusal> refusal) {
  if (refusal) refusal->of_model = true;
  return refusal;
}

/// How often a charge that another process was faster than is tried again.
constexpr int kMaxOvertaken = 8;

/// The refusal of a request that other processes were faster than, again and again.
Refusal overtaken() { return {Dimension::requests_per_minute, false, Refusal::kSlotRetry}; }

Quota tighter(const Quota& a, const Quota& b) {
  if (a.limit == 0) return b;
  return b.limit != 0 && b.remaining < a.remaining ? b : a;
}

std::vector<LimitUse> uses_of(std::string_view model, Meters& meters, MonotonicTime now) {
  std::vector<LimitUse> uses;
  for (const auto dimension : kEnumerators<Dimension>) {
    if (meters.limits().*describe(dimension).member == 0) continue;
    uses.push_back({std::string(model), dimension, meters.use(dimension, now)});
  }
  return uses;
}

}  // namespace

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  release();
  limiter_ = std::move(other.limiter_);
  of_model_ = other.of_model_;
  charges_ = other.charges_;
  claim_ = other.claim_;
  charged_at_ = other.charged_at_;
  return *this;
}

void Reservation::settle(Claim actual, MonotonicTime now) {
  if (limiter_ == nullptr) return;
  limiter_->settle(*this, actual, now);
  limiter_.reset();
}

std::optional<Refusal> Reservation::add(Claim more, MonotonicTime now) {
  if (limiter_ == nullptr) return std::nullopt;
  return limiter_->add(*this, more, now);
}

void Reservation::release() {
  if (limiter_ == nullptr) return;
  limiter_->release(*this);
  limiter_.reset();
}

KeyLimiter::KeyLimiter(const Limits& limits, std::vector<ModelLimits> of_models, const Spans& spans,
                       const WindowTable* kept, std::string key_id, const ShareLease* lease)
    : spans_(spans),
      kept_(kept),
      key_id_(std::move(key_id)),
      lease_(lease),
      limited_(any_limit(limits, of_models)),
      of_key_(make_meters({}, limits)),
      entries_(std::move(of_models)) {}

Meters KeyLimiter::make_meters(std::string_view model, const Limits& limits) const {
  return Meters(limits, spans_, KeptScope{kept_, kept_ ? hash_scope(key_id_, model) : 0},
                lease_ != nullptr);
}

void KeyLimiter::configure(const Limits& limits, const std::vector<ModelLimits>& of_models) {
  std::lock_guard lock(mutex_);
  if (limits == of_key_.limits() && of_models == entries_) return;
  of_key_.set_limits(limits);
  entries_ = of_models;
  for (auto& [model, meters] : models_) {
    const ModelLimits* entry = entry_for(entries_, model);
    meters.set_limits(entry == nullptr ? Limits{} : entry->limits);
  }
  limited_.store(any_limit(limits, of_models), std::memory_order_relaxed);
}

std::expected<Reservation, Refusal> KeyLimiter::try_reserve(std::string_view model, Claim claim,
                                                            MonotonicTime now, Standing* standing) {
  if (standing != nullptr) *standing = {};
  if (!limited_.load(std::memory_order_relaxed)) return {};
  claim = bounded(claim);
  Reservation reservation;
  std::lock_guard lock(mutex_);
  now = advance(now);
  Meters* meters = meters_of(model, now);
  Charges& charges = reservation.charges_;
  auto refusal = charge(charges, meters, claim, now);
  // Another process was faster, and there was not enough for both: what is left decides.
  for (int i = 0; charges.overtaken && i < kMaxOvertaken; ++i) {
    refusal = charge(charges, meters, claim, now);
  }
  if (charges.overtaken) refusal = overtaken();
  if (!refusal && (meters != nullptr || of_key_.limits() != Limits{})) {
    reservation.limiter_ = shared_from_this();
    reservation.of_model_ = meters;
    reservation.claim_ = claim;
    reservation.charged_at_ = now;
  }
  if (standing != nullptr) tell(*standing, meters, now);
  if (refusal) return std::unexpected(*refusal);
  return reservation;
}

/// Looks, and charges to both if neither refuses.
std::optional<Refusal> KeyLimiter::charge(Charges& charges, Meters* meters, Claim claim,
                                          MonotonicTime now) {
  charges.overtaken = false;
  auto refusal = of_key_.look(claim, now);
  if (meters != nullptr) refusal = longer(refusal, of_model(meters->look(claim, now)));
  if (!refusal && lease_ != nullptr) refusal = look_at_shares(meters, claim, now);
  if (refusal || (meters == nullptr && of_key_.limits() == Limits{})) return refusal;
  charges.to_key = of_key_.charge(claim, now);
  if (meters != nullptr) charges.to_model = meters->charge(claim, now);
  charges.overtaken = of_key_.was_overtaken(charges.to_key) ||
                      (meters != nullptr && meters->was_overtaken(charges.to_model));
  if (!charges.overtaken) return std::nullopt;
  of_key_.take_back(charges.to_key, claim, now);
  if (meters != nullptr) meters->take_back(charges.to_model, claim, now);
  return std::nullopt;
}

std::optional<Refusal> KeyLimiter::look_at_shares(Meters* meters, Claim claim, MonotonicTime now) {
  if (lease_->is_open()) return std::nullopt;
  const bool is_held = lease_->holds_at(now);
  auto refusal = of_key_.look_at_shares(claim, is_held, now);
  if (meters == nullptr) return refusal;
  return of_shares(refusal, of_model(meters->look_at_shares(claim, is_held, now)));
}

std::expected<void, Refusal> KeyLimiter::try_take_request(MonotonicTime now, Standing* standing) {
  if (standing != nullptr) *standing = {};
  if (!limited_.load(std::memory_order_relaxed)) return {};
  std::lock_guard lock(mutex_);
  now = advance(now);
  auto refusal = of_key_.look_at_requests(now);
  if (!refusal && lease_ != nullptr && !lease_->is_open()) {
    refusal = of_key_.look_at_shares_of_request(lease_->holds_at(now), now);
  }
  if (!refusal) {
    const auto charged = of_key_.charge_request(now);
    if (of_key_.was_overtaken(charged)) {
      of_key_.take_back_request(charged, now);
      refusal = of_key_.look_at_requests(now);
      if (!refusal) refusal = overtaken();
    }
  }
  if (standing != nullptr) tell(*standing, nullptr, now);
  if (refusal) return std::unexpected(*refusal);
  return {};
}

std::vector<LimitUse> KeyLimiter::uses(std::span<const std::string_view> models,
                                       MonotonicTime now) {
  std::map<std::string, std::vector<LimitUse>, std::less<>> by_model;
  std::vector<ModelLimits> entries;
  {
    std::lock_guard lock(mutex_);
    now = advance(now);
    by_model[{}] = uses_of({}, of_key_, now);
    for (auto& [model, meters] : models_) {
      if (!meters.idle(now)) by_model[model] = uses_of(model, meters, now);
    }
    entries = entries_;
  }
  const auto add = [&](std::string_view model, const Limits& limits, bool is_kept) {
    if (by_model.contains(model)) return;
    auto meters = is_kept ? make_meters(model, limits) : Meters(limits, spans_);
    by_model.emplace(model, uses_of(model, meters, now));
  };
  for (const auto model : models) {
    const auto* entry = entry_for(entries, model);
    if (entry != nullptr && keeps(model, entry->limits)) add(model, entry->limits, true);
  }
  for (const auto& [pattern, limits] : entries) add(pattern, limits, keeps(pattern, limits));

  std::vector<LimitUse> all;
  for (auto& [model, uses] : by_model) std::ranges::move(uses, std::back_inserter(all));
  return all;
}

/// True if a window of the model is in the table.
bool KeyLimiter::keeps(std::string_view model, const Limits& limits) const {
  if (kept_ == nullptr) return false;
  const auto scope = hash_scope(key_id_, model);
  return std::ranges::any_of(limit_rows(), [&](const LimitRow& row) {
    return limits.*row.member > 0 && kept_->find(name_window(scope, row.name));
  });
}

bool KeyLimiter::idle(MonotonicTime now) const {
  std::lock_guard lock(mutex_);
  return of_key_.idle(now) &&
         std::ranges::all_of(models_, [&](const auto& one) { return one.second.idle(now); });
}

/// Time never goes back, and is the same for all windows, so that one time identifies a charge.
MonotonicTime KeyLimiter::advance(MonotonicTime now) {
  latest_ = std::max(latest_, now);
  return latest_;
}

Meters* KeyLimiter::meters_of(std::string_view model, MonotonicTime now) {
  if (entries_.empty()) return nullptr;
  if (const auto known = models_.find(model); known != models_.end()) return &known->second;
  const ModelLimits* entry = entry_for(entries_, model);
  if (entry == nullptr || entry->limits == Limits{}) return nullptr;

  if (models_.size() >= kMaxModels && now >= forget_again_) forget_idle_models(now);
  // Shared counts are kept: a model must not escape them by getting meters of its own.
  const auto shared = models_.find(entry->models);
  if (shared != models_.end() && !shared->second.idle(now)) return &shared->second;
  const std::string_view name = models_.size() < kMaxModels ? model : entry->models;
  return &models_.try_emplace(std::string(name), make_meters(name, entry->limits)).first->second;
}

void KeyLimiter::forget_idle_models(MonotonicTime now) {
  std::erase_if(models_, [&](const auto& one) { return one.second.idle(now); });
  forget_again_ = now + spans_.minute / 60;
}

void KeyLimiter::tell(Standing& standing, Meters* of_model, MonotonicTime now) {
  const auto tell_one = [&](Quota& quota, Dimension dimension) {
    quota = of_key_.quota(dimension, now);
    if (of_model != nullptr) quota = tighter(quota, of_model->quota(dimension, now));
  };
  tell_one(standing.requests, Dimension::requests_per_minute);
  tell_one(standing.tokens, Dimension::tokens_per_minute);
}

void KeyLimiter::settle(const Reservation& reservation, Claim actual, MonotonicTime now) {
  actual = bounded(actual);
  std::lock_guard lock(mutex_);
  now = advance(now);
  of_key_.settle(reservation.charges_.to_key, reservation.claim_, reservation.charged_at_, actual,
                 now);
  of_key_.release();
  if (reservation.of_model_ == nullptr) return;
  reservation.of_model_->settle(reservation.charges_.to_model, reservation.claim_,
                                reservation.charged_at_, actual, now);
  reservation.of_model_->release();
}

std::optional<Refusal> KeyLimiter::add(Reservation& reservation, Claim more, MonotonicTime now) {
  const Claim before = reservation.claim_;
  const Claim after = bounded({before.tokens + bounded(more).tokens, before.images});
  std::lock_guard lock(mutex_);
  now = advance(now);
  of_key_.settle(reservation.charges_.to_key, before, reservation.charged_at_, after, now);
  auto refusal = of_key_.look_at_tokens(now);
  if (auto* meters = reservation.of_model_; meters != nullptr) {
    meters->settle(reservation.charges_.to_model, before, reservation.charged_at_, after, now);
    refusal = longer(refusal, of_model(meters->look_at_tokens(now)));
  }
  reservation.claim_ = after;
  return refusal;
}

void KeyLimiter::release(const Reservation& reservation) {
  std::lock_guard lock(mutex_);
  of_key_.release();
  if (reservation.of_model_ != nullptr) reservation.of_model_->release();
}

}  // namespace weir::limit
