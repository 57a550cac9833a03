// KeyLimiter: what the agent of shares reads and sets.
#include <algorithm>
#include <utility>

#include "limit/key_limiter.hpp"

namespace weir::limit {
namespace {

SharedLimit read(std::string_view model, Dimension dimension, Meters& meters, MonotonicTime now) {
  const Use use = meters.use(dimension, now);
  const Share& share = *meters.share(dimension);
  return {.model = std::string(model),
          .dimension = dimension,
          .limit = use.quota.limit,
          .used = use.used,
          .lacking = share.lacking,
          .offered = share.offered};
}

bool has(const Meters& meters, Dimension dimension) {
  return meters.limits().*describe(dimension).member > 0;
}

}  // namespace

Meters* KeyLimiter::known_meters(std::string_view model) {
  if (model.empty()) return &of_key_;
  const auto known = models_.find(model);
  return known == models_.end() ? nullptr : &known->second;
}

std::vector<SharedLimit> KeyLimiter::lacking(MonotonicTime now) {
  std::vector<SharedLimit> all;
  std::lock_guard lock(mutex_);
  now = advance(now);
  const auto add = [&](std::string_view model, Meters& meters) {
    for (const auto dimension : kEnumerators<Dimension>) {
      if (!has(meters, dimension) || meters.share(dimension)->lacking == 0) continue;
      all.push_back(read(model, dimension, meters, now));
    }
  };
  add({}, of_key_);
  for (auto& [model, meters] : models_) add(model, meters);
  return all;
}

std::optional<SharedLimit> KeyLimiter::take_shared(std::string_view model, Dimension dimension,
                                                   MonotonicTime now) {
  std::lock_guard lock(mutex_);
  now = advance(now);
  Meters* meters = known_meters(model);
  if (meters == nullptr || !has(*meters, dimension)) return std::nullopt;
  auto taken = read(model, dimension, *meters, now);
  Share& share = *meters->share(dimension);
  share.lacking = 0;
  share.offered = 0;
  return taken;
}

std::int64_t KeyLimiter::lower_share(std::string_view model, Dimension dimension, std::int64_t held,
                                     std::int64_t target, MonotonicTime now) {
  std::lock_guard lock(mutex_);
  now = advance(now);
  Meters* meters = known_meters(model);
  if (meters == nullptr) return 0;
  const auto used = meters->use(dimension, now).used;
  const auto kept = std::max(used, std::min(held, target));
  Share& share = *meters->share(dimension);
  share.usable = std::min(share.usable, kept);
  return kept;
}

std::vector<RollingWindow::Mark> KeyLimiter::marks(std::string_view model, Dimension dimension,
                                                   MonotonicTime now) {
  std::lock_guard lock(mutex_);
  Meters* meters = known_meters(model);
  if (meters == nullptr) return {};
  return meters->marks(dimension, advance(now));
}

void KeyLimiter::set_share(std::string_view model, Dimension dimension, std::int64_t usable,
                           MonotonicTime again) {
  std::lock_guard lock(mutex_);
  Meters* meters = known_meters(model);
  if (meters == nullptr) return;
  Share& share = *meters->share(dimension);
  share.usable = usable;
  share.again = again;
}

}  // namespace weir::limit
