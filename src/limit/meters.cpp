#include "limit/meters.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/check.hpp"

namespace weir::limit {

namespace {

constexpr auto kWindows = std::span(kEnumerators<Dimension>).first<kWindowCount>();

std::int64_t cost_in(Dimension dimension, Claim claim) {
  switch (dimension) {
    case Dimension::requests_per_minute:
    case Dimension::requests_per_day:
    case Dimension::in_flight:  // uncounted: has no window
      return 1;
    case Dimension::tokens_per_minute:
    case Dimension::tokens_per_day:
      return claim.tokens;
    case Dimension::images_per_minute:
    case Dimension::images_per_day:
      return claim.images;
  }
  __builtin_unreachable();
}

std::chrono::nanoseconds span_of(Dimension dimension, const Spans& spans) {
  switch (dimension) {
    case Dimension::requests_per_minute:
    case Dimension::tokens_per_minute:
    case Dimension::images_per_minute:
    case Dimension::in_flight:  // has no window
      return spans.minute;
    case Dimension::requests_per_day:
    case Dimension::tokens_per_day:
    case Dimension::images_per_day:
      return spans.day;
  }
  __builtin_unreachable();
}

template <std::size_t... kIndex>
std::array<JournaledWindow, kWindowCount> make_windows(const Limits& limits, const Spans& spans,
                                                       const KeptScope& kept,
                                                       std::index_sequence<kIndex...>) {
  return {JournaledWindow{
      limits.*describe(kWindows[kIndex]).member, span_of(kWindows[kIndex], spans),
      KeptAs{kept.table, name_window(kept.scope, describe(kWindows[kIndex]).name)}}...};
}

}  // namespace

std::optional<Refusal> longer(std::optional<Refusal> first, std::optional<Refusal> second) {
  if (!first) return second;
  return second && second->retry_after > first->retry_after ? second : first;
}

std::optional<Refusal> of_shares(std::optional<Refusal> first, std::optional<Refusal> second) {
  if (!first) return second;
  return second && !second->lacks_share ? second : first;
}

Meters::Meters(const Limits& limits, const Spans& spans, const KeptScope& kept, bool is_shared)
    : limits_(limits),
      windows_(make_windows(limits, spans, kept, std::make_index_sequence<kWindowCount>())),
      shares_(is_shared ? std::make_unique<Shares>() : nullptr) {}

void Meters::set_limits(const Limits& limits) {
  limits_ = limits;
  for (const Dimension dimension : kWindows) {
    window(dimension).set_limit(limits.*describe(dimension).member);
  }
}

std::optional<Refusal> Meters::look(Claim claim, MonotonicTime now) {
  std::optional<Refusal> refusal;
  for (const Dimension dimension : kWindows) {
    if (window(dimension).limit() == 0) continue;
    const Admission admission = window(dimension).look(cost_in(dimension, claim), now);
    if (!admission.admitted) {
      refusal = longer(refusal, Refusal{dimension, false, admission.retry_after});
    }
  }
  if (limits_.max_in_flight > 0 && in_flight_ >= limits_.max_in_flight) {
    refusal = longer(refusal, Refusal{Dimension::in_flight, false, Refusal::kSlotRetry});
  }
  return refusal;
}

std::optional<Refusal> Meters::look_at_share(Dimension dimension, std::int64_t cost, bool is_held,
                                             MonotonicTime now) {
  if (limits_.*describe(dimension).member == 0) return std::nullopt;
  Share& share = *this->share(dimension);
  share.offered += cost;
  const bool fits = use(dimension, now).used + cost <= share.usable;
  if (is_held && (fits || cost == 0)) return std::nullopt;
  const bool may_ask = now >= share.again || !is_held;
  if (may_ask && !fits) share.lacking += cost;
  return Refusal{dimension, false, Refusal::kSlotRetry, may_ask};
}

std::optional<Refusal> Meters::look_at_shares(Claim claim, bool is_held, MonotonicTime now) {
  std::optional<Refusal> refusal;
  for (const Dimension dimension : kEnumerators<Dimension>) {
    const auto one = look_at_share(dimension, cost_in(dimension, claim), is_held, now);
    refusal = of_shares(refusal, one);
  }
  return refusal;
}

std::optional<Refusal> Meters::look_at_shares_of_request(bool is_held, MonotonicTime now) {
  return of_shares(look_at_share(Dimension::requests_per_minute, 1, is_held, now),
                   look_at_share(Dimension::requests_per_day, 1, is_held, now));
}

Meters::Charged Meters::charge(Claim claim, MonotonicTime now) {
  Charged charged;
  for (const Dimension dimension : kWindows) {
    if (window(dimension).charge(cost_in(dimension, claim), now)) charged.insert(dimension);
  }
  ++in_flight_;
  return charged;
}

bool Meters::was_overtaken(Charged charged) const {
  return std::ranges::any_of(kWindows, [&](Dimension dimension) {
    return charged.contains(dimension) && window(dimension).was_overtaken();
  });
}

void Meters::take_back(Charged charged, Claim claim, MonotonicTime now) {
  for (const Dimension dimension : kWindows) {
    if (!charged.contains(dimension)) continue;
    window(dimension).give_back(cost_in(dimension, claim), now, now);
  }
  --in_flight_;
}

void Meters::settle(Charged charged, Claim claim, MonotonicTime charged_at, Claim actual,
                    MonotonicTime now) {
  for (const Dimension dimension : kWindows) {
    const std::int64_t more = cost_in(dimension, actual) - cost_in(dimension, claim);
    if (more > 0) window(dimension).charge(more, now);
    if (more < 0 && charged.contains(dimension)) {
      window(dimension).give_back(-more, charged_at, now);
    }
  }
}

std::optional<Refusal> Meters::look_at_requests(MonotonicTime now) {
  std::optional<Refusal> refusal;
  for (const Dimension dimension : {Dimension::requests_per_minute, Dimension::requests_per_day}) {
    const Admission admission = window(dimension).look(1, now);
    if (!admission.admitted) {
      refusal = longer(refusal, Refusal{dimension, false, admission.retry_after});
    }
  }
  return refusal;
}

std::optional<Refusal> Meters::look_at_tokens(MonotonicTime now) {
  std::optional<Refusal> refusal;
  for (const Dimension dimension : {Dimension::tokens_per_minute, Dimension::tokens_per_day}) {
    const Admission admission = window(dimension).look(1, now);
    if (!admission.admitted) {
      refusal = longer(refusal, Refusal{dimension, false, admission.retry_after});
    }
  }
  return refusal;
}

Meters::Charged Meters::charge_request(MonotonicTime now) {
  Charged charged;
  for (const Dimension dimension : {Dimension::requests_per_minute, Dimension::requests_per_day}) {
    if (window(dimension).charge(1, now)) charged.insert(dimension);
  }
  return charged;
}

void Meters::take_back_request(Charged charged, MonotonicTime now) {
  for (const Dimension dimension : {Dimension::requests_per_minute, Dimension::requests_per_day}) {
    if (charged.contains(dimension)) window(dimension).give_back(1, now, now);
  }
}

Quota Meters::quota(Dimension dimension, MonotonicTime now) {
  DCHECK(dimension != Dimension::in_flight);
  const Admission admission = window(dimension).look(0, now);
  return {window(dimension).limit(), admission.remaining, admission.reset};
}

std::vector<RollingWindow::Mark> Meters::marks(Dimension dimension, MonotonicTime now) {
  DCHECK(dimension != Dimension::in_flight);
  (void)window(dimension).look(0, now);  // forgets what no longer counts
  return window(dimension).marks();
}

Use Meters::use(Dimension dimension, MonotonicTime now) {
  if (dimension == Dimension::in_flight) {
    const auto limit = limits_.max_in_flight;
    return {{.limit = limit, .remaining = std::max<std::int64_t>(0, limit - in_flight_)},
            in_flight_};
  }
  const Quota current = quota(dimension, now);  // which also counts what has expired
  return {current, window(dimension).used()};
}

bool Meters::idle(MonotonicTime now) const {
  return in_flight_ == 0 &&
         std::ranges::all_of(windows_, [&](const auto& window) { return window.idle(now); });
}

}  // namespace weir::limit
