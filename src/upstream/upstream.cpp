#include "upstream/upstream.hpp"

#include <algorithm>
#include <utility>

#include "base/stable_hash.hpp"

namespace weir::upstream {

Upstream::Upstream(Address address, const Settings& settings, int max_in_flight)
    : address_(std::move(address)),
      id_(stable_hash(address_.name)),
      slots_(max_in_flight, settings.queue_length),
      health_(settings.breaker),
      budget_(settings.retry_budget_percent, settings.retry_budget_min),
      breaker_settings_(settings.breaker) {}

void Upstream::configure(const Settings& settings, int max_in_flight) {
  slots_.configure(max_in_flight, settings.queue_length);
  health_.configure(settings.breaker);
  const std::lock_guard lock(mutex_);
  budget_.configure(settings.retry_budget_percent, settings.retry_budget_min);
  breaker_settings_ = settings.breaker;
  for (auto& [id, model] : models_) model->configure(settings.breaker);
}

std::shared_ptr<Health> Upstream::health_of(std::string_view id) {
  const std::lock_guard lock(mutex_);
  auto found = models_.find(id);
  if (found == models_.end()) {
    found = models_.emplace(std::string(id), std::make_shared<Health>(breaker_settings_)).first;
  }
  return found->second;
}

void Upstream::forget_unused() {
  const std::lock_guard lock(mutex_);
  std::erase_if(models_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

std::optional<Passes> Upstream::try_admit(Health& model, bool is_retry, MonotonicTime now) {
  if (!health_.admits(now)) return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (!is_retry) {
      budget_.called(now);
    } else if (!budget_.try_retry(now)) {
      return std::nullopt;
    }
  }
  const auto of_model = model.try_admit(now);
  if (!of_model) return std::nullopt;
  const auto of_upstream = health_.try_admit(now);
  if (of_upstream) return Passes{*of_upstream, *of_model};
  model.report(*of_model, Evidence::none, now);
  return std::nullopt;
}

void Upstream::report(Health& model, const Passes& passes, Outcome outcome, std::uint64_t key,
                      MonotonicTime now) {
  const auto& row = describe(outcome);
  const Witness witness{.key = key, .trouble = row.trouble};
  const bool is_bad = row.evidence == Evidence::bad;
  const bool is_of_upstream = is_bad && row.level == Level::upstream;
  const bool opened =
      model.report(passes.model, is_of_upstream ? Evidence::none : row.evidence, now, witness);
  if (opened) note_failing(model, now);
  if (!is_of_upstream && !health_.needs_successes(now)) return;
  // The connection and the account are the same for every key.
  const bool is_of_model = row.evidence != Evidence::good && !is_of_upstream;
  health_.report(passes.upstream, is_of_model ? Evidence::none : row.evidence, now,
                 {.trouble = row.trouble});
  if (row.evidence != Evidence::good) return;
  const std::lock_guard lock(mutex_);
  failing_ = {};
}

// Compared only, never used: a model may be gone.
void Upstream::note_failing(const Health& model, MonotonicTime now) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find_if(
        failing_, [&](const Health* known) { return known == nullptr || known == &model; });
    if (at == failing_.end()) return;
    *at = &model;
    if (at + 1 != failing_.end()) {
      health_.expect_successes(now);
      return;
    }
    failing_ = {};
  }
  health_.distrust(now);
}

void Upstream::listed(MonotonicTime now) {
  health_.listed(now);
  const std::lock_guard lock(mutex_);
  for (auto& [id, model] : models_) model->listed(now);
}

}  // namespace weir::upstream
