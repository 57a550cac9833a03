// Agent: trades.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "shares/agent.hpp"

namespace weir::shares {
namespace {

using limit::Dimension;
using limit::KeyLimiter;
using limit::SharedLimit;

constexpr std::chrono::seconds kHunger{1};
constexpr std::int64_t kSpentParts = 24;
/// A key that was not used for so long gives back all that it holds.
constexpr std::chrono::hours kForgotten{1};

bool is_of_day(Dimension dimension) {
  return dimension == Dimension::requests_per_day || dimension == Dimension::tokens_per_day ||
         dimension == Dimension::images_per_day;
}

}  // namespace

std::chrono::milliseconds Agent::window_of(Dimension dimension) const {
  return is_of_day(dimension) ? settings_.day : settings_.minute;
}

TradeMany Agent::many() { return {generation_, name_, {}}; }

Agent::Pool& Agent::pool_of(const std::shared_ptr<KeyLimiter>& limiter, const SharedLimit& of) {
  const auto name =
      fmt::format("{}\n{}\n{}", limiter->key_id(), of.model, limit::describe(of.dimension).name);
  auto& pool = pools_[name];
  pool.name = name;
  pool.model = of.model;
  pool.dimension = of.dimension;
  pool.window = window_of(of.dimension);
  pool.limiter = limiter;
  return pool;
}

std::optional<Command> Agent::trade_for_calls(MonotonicTime now) {
  if (needy_.empty()) return std::nullopt;
  auto trades = many();
  while (!needy_.empty() && trades.trades.size() < settings_.pools_a_message) {
    const auto limiter = needy_.back().lock();
    needy_.pop_back();
    if (!limiter) continue;
    for (const auto& state : limiter->lacking(now)) {
      add_trade(trades, pool_of(limiter, state), Why::calls, now);
    }
  }
  if (trades.trades.empty()) return std::nullopt;
  return send(std::move(trades), now);
}

std::optional<Command> Agent::trade_all(MonotonicTime now) {
  auto trades = many();
  while (!undeclared_.empty() && trades.trades.size() < settings_.pools_a_message) {
    const auto name = *undeclared_.begin();
    undeclared_.erase(undeclared_.begin());
    if (const auto found = pools_.find(name); found != pools_.end()) {
      add_trade(trades, found->second, Why::declaring, now);
    }
  }
  if (trades.trades.empty()) return send(Declare{generation_, name_}, now);
  return send(std::move(trades), now);
}

/// Also without a trade: the answer names the pools that other nodes lack.
std::optional<Command> Agent::trade_due(MonotonicTime now) {
  next_tick_ = now + settings_.tick;
  auto trades = many();
  for (const auto& name : hungry_) {
    if (trades.trades.size() == settings_.pools_a_message) break;
    if (const auto found = pools_.find(name); found != pools_.end()) {
      add_trade(trades, found->second, Why::tick, now);
    }
  }
  const auto is_in = [&](const std::string& name) { return hungry_.contains(name); };
  auto at = pools_.upper_bound(looked_at_);
  for (std::size_t i = 0; i < std::min(pools_.size(), settings_.pools_a_message); ++i, ++at) {
    if (at == pools_.end()) at = pools_.begin();
    if (trades.trades.size() == settings_.pools_a_message) break;
    looked_at_ = at->first;
    if (!is_in(at->first)) add_trade(trades, at->second, Why::tick, now);
  }
  hungry_.clear();
  return send(std::move(trades), now);
}

void Agent::measure(Pool& pool, const SharedLimit& state, MonotonicTime now) const {
  const double minutes =
      pool.measured_at == MonotonicTime::min()
          ? 1
          : std::chrono::duration<double>(now - pool.measured_at) / settings_.minute;
  pool.measured_at = now;
  if (state.offered > 0) pool.offered_at = now;
  // An average over a twelfth of the window, whatever the time between two measurements.
  const double kept = std::exp(-minutes * 12);
  const double rate = static_cast<double>(state.offered) / std::max(minutes, 1e-9);
  pool.per_minute = pool.per_minute * kept + rate * (1 - kept);
}

/// Units beyond those in use: a second's calls, or a part of what each node may have of the limit,
/// so that most calls find a share, also while the store is away.
std::int64_t Agent::ahead_of(const Pool& pool, const SharedLimit& state, MonotonicTime now) const {
  if (state.limit <= kSmall) return 0;
  const auto nodes = static_cast<std::int64_t>(std::max<std::size_t>(seen_.size(), 1));
  const bool is_hungry = now < pool.hungry_until;
  const double share_of_minute = is_hungry ? 1.0 / 600 : 1.0 / 60;
  const auto soon = static_cast<std::int64_t>(pool.per_minute * share_of_minute);
  return is_hungry ? soon : std::max(soon, state.limit / (4 * nodes));
}

/// In proportion to what is offered to each node, while there is not enough for all.
std::int64_t Agent::fair_part(const Pool& pool, const SharedLimit& state) const {
  const auto all = static_cast<double>(std::max<std::int64_t>(pool.all_demand, 1));
  const double part = std::min(1.0, pool.per_minute / all);
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(static_cast<double>(state.limit) * part)));
}

bool Agent::is_idle(const Pool& pool, MonotonicTime now) const {
  return pool.offered_at == MonotonicTime::min() || now - pool.offered_at > kForgotten;
}

void Agent::add_trade(TradeMany& many, Pool& pool, Why why, MonotonicTime now) {
  const auto limiter = pool.limiter.lock();
  const auto state = limiter ? limiter->take_shared(pool.model, pool.dimension, now) : std::nullopt;
  if (state) {
    auto trade = trade_of(pool, *limiter, *state, why, now);
    if (trade) many.trades.push_back(std::move(*trade));
    return;
  }
  // The key or its limit is gone, or was never here.
  const auto inherited = inherited_of(pool, now);
  const bool has_reason = pool.held != 0 || pool.is_stale || inherited != pool.sent_inherited;
  if (why == Why::tick && !has_reason) return;
  pool.held = 0;
  pool.sent_inherited = inherited;
  many.trades.push_back({.pool = pool.name,
                         .seq = ++seq_,
                         .limit = pool.limit,
                         .have = inherited,
                         .need = inherited,
                         .want = inherited,
                         .window = pool.window,
                         .heir_of = pool.heir_of});
}

std::int64_t Agent::inherited_of(Pool& pool, MonotonicTime now) const {
  std::erase_if(pool.inherited, [&](const Inherited& one) { return now >= one.until; });
  std::int64_t sum = 0;
  for (const auto& one : pool.inherited) sum += one.units;
  return sum;
}

std::optional<Trade> Agent::trade_of(Pool& pool, KeyLimiter& limiter, const SharedLimit& state,
                                     Why why, MonotonicTime now) {
  measure(pool, state, now);
  const bool is_hungry = now < pool.hungry_until;
  const bool is_over = is_hungry && pool.all_demand > state.limit;
  const auto ahead = is_idle(pool, now) ? 0 : ahead_of(pool, state, now);
  // A call that costs more than a fair part must still be possible.
  const auto fair = is_over ? std::max(fair_part(pool, state), state.lacking) : kNoBound;
  const auto need = std::max(state.used, std::min({state.used + state.lacking, fair, state.limit}));
  const auto want = std::max(need, std::min({need + ahead, fair, state.limit}));
  // Without hunger a node keeps twice what it would fetch, so that units do not go to and fro.
  const auto most = is_hungry ? want : std::min(want, kNoBound - ahead) + ahead;
  const auto inherited = inherited_of(pool, now);
  const bool is_untold =
      is_of_day(pool.dimension) && state.used > 0 &&
      (pool.told_at == MonotonicTime::min() || now >= pool.told_at + settings_.tell);
  const bool fetches = !is_hungry && state.used > 0 && want - pool.held > ahead / 2;
  const bool is_kept = pool.granted_at != MonotonicTime::min() && now < pool.granted_at + kGranted;
  const bool has_reason =
      pool.is_stale || state.lacking > 0 || fetches || (pool.held > most && !is_kept) ||
      (pool.most_usable != kNoBound) != is_over || inherited != pool.sent_inherited || is_untold;
  if (why == Why::tick && !has_reason && !is_leaving_) return std::nullopt;

  const bool keeps = why == Why::declaring || is_kept;
  auto target = keeps ? pool.held : std::min(pool.held, most);
  if (is_leaving_) target = 0;
  const auto have = limiter.lower_share(pool.model, pool.dimension, pool.held, target, now);
  const auto needed = is_leaving_ ? have : std::max(need, have);
  const auto wanted = is_leaving_ ? have : std::max(want, needed);
  Trade trade{.pool = pool.name,
              .seq = ++seq_,
              .limit = state.limit,
              .have = have + inherited,
              .need = needed + inherited,
              .want = wanted + inherited,
              .demand = static_cast<std::int64_t>(std::ceil(pool.per_minute)),
              .window = pool.window,
              .heir_of = pool.heir_of};
  if (is_untold || (is_leaving_ && is_of_day(pool.dimension))) {
    add_spent(trade, pool, limiter, now);
  }
  pool.limit = state.limit;
  pool.held = have;
  pool.sent_inherited = inherited;
  pool.most_usable = fair;
  return trade;
}

/// At most kSpentParts sums, each with the age of its newest.
void Agent::add_spent(Trade& trade, Pool& pool, KeyLimiter& limiter, MonotonicTime now) const {
  pool.told_at = now;
  const auto part = settings_.day / kSpentParts;
  for (const auto& mark : limiter.marks(pool.model, pool.dimension, now)) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - mark.last);
    if (trade.spent.empty() || trade.spent.back().age / part != age / part) {
      trade.spent.push_back({0, age});
    }
    trade.spent.back().cost += mark.cost;
    trade.spent.back().age = age;
  }
  for (const auto& one : pool.inherited) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(one.until - now);
    trade.spent.push_back({one.units, std::max(pool.window - left, std::chrono::milliseconds(0))});
  }
}

void Agent::on_traded(const Traded& traded, MonotonicTime now) {
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const auto found = pools_.find(sent_[i].pool);
    if (found != pools_.end()) settle(found->second, sent_[i], traded.holdings[i], now);
  }
  for (const auto& name : traded.hungry) {
    const auto found = pools_.find(name);
    if (found == pools_.end()) continue;
    found->second.hungry_until = now + kHunger;
    hungry_.insert(name);
  }
}

void Agent::settle(Pool& pool, const Trade& trade, const Holding& holding, MonotonicTime now) {
  if (holding.seq != trade.seq || holding.share < 0) {
    pool.is_stale = true;
    return;
  }
  pool.is_stale = false;
  if (trade.need > trade.have && holding.share > trade.have) pool.granted_at = now;
  if (pool.heir_of == trade.heir_of) pool.heir_of.clear();
  pool.held = holding.share - pool.sent_inherited;
  pool.all_demand = holding.demand;
  const bool is_short = holding.share < trade.need;
  if (is_short) pool.hungry_until = now + kHunger;
  const auto limiter = pool.limiter.lock();
  if (limiter) {
    limiter->set_share(pool.model, pool.dimension, std::min(pool.held, pool.most_usable),
                       is_short ? now + kEmptyAnswer : MonotonicTime::min());
  }
  const bool is_empty = pool.held == 0 && pool.inherited.empty() && pool.heir_of.empty();
  if (is_empty && (!limiter || is_idle(pool, now))) pools_.erase(pools_.find(trade.pool));
}

}  // namespace weir::shares
