#include "shares/agent.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace weir::shares {

using limit::KeyLimiter;

namespace {

/// The name of no generation: of a node that has something to declare.
constexpr auto kNowhere = "-";

}  // namespace

Agent::Agent(const AgentSettings& settings, limit::ShareLease& lease, NameSource name)
    : settings_(settings), lease_(lease), make_name_(std::move(name)), name_(make_name_()) {}

void Agent::need(const std::shared_ptr<KeyLimiter>& limiter) {
  const bool is_known = std::ranges::any_of(needy_, [&](const auto& one) {
    return !one.owner_before(limiter) && !limiter.owner_before(one);
  });
  if (!is_known) needy_.push_back(limiter);
}

// ---- Commands

/// A beat goes before everything that uses the lease, so that a node that was paused finds out that
/// it was buried before a call uses its share.
std::optional<Command> Agent::next(MonotonicTime now) {
  if (is_sent_ || has_left_) return std::nullopt;
  if (!is_joined_) return send(join(), now);
  const bool is_beat_due = now >= next_beat_ || !lease_.holds_at(now);
  if (is_beat_due && !is_leaving_) {
    next_beat_ = now + settings_.beat;
    return send(Beat{generation_, name_, ++beats_}, now);
  }
  if (!former_.empty()) return send(Bury{generation_, former_, former_, 0}, now);
  if (declared_ != generation_) return trade_all(now);
  if (is_leaving_) return end(now);
  if (auto trades = trade_for_calls(now)) return trades;
  if (now >= hold_until_) return send(Release{generation_, name_, hold_.serial}, now);
  if (now >= next_tick_ && !pools_.empty()) return trade_due(now);
  if (!burials_.empty()) return send(burials_.back(), now);
  return std::nullopt;
}

MonotonicTime Agent::due() const {
  if (is_sent_ || has_left_) return MonotonicTime::max();
  if (!is_joined_ || declared_ != generation_ || is_leaving_ || !needy_.empty() ||
      !burials_.empty() || !former_.empty()) {
    return MonotonicTime::min();
  }
  const auto next = std::min(next_beat_, hold_until_);
  return pools_.empty() ? next : std::min(next, next_tick_);
}

Command Agent::send(Command command, MonotonicTime now) {
  command_ = command;
  is_sent_ = true;
  sent_at_ = now;
  sent_.clear();
  if (const auto* many = std::get_if<TradeMany>(&command)) sent_ = many->trades;
  return command;
}

Command Agent::join() {
  Join join{.node = name_,
            .last_generation = declared_,
            .proposal = fmt::format("{}.{}", name_, ++proposals_),
            .members = {}};
  for (const auto& [node, seen] : seen_) join.members.push_back(node);
  return join;
}

std::optional<Command> Agent::end(MonotonicTime now) {
  return send(Bury{generation_, name_, name_, beats_}, now);
}

void Agent::leave(MonotonicTime now) {
  is_leaving_ = true;
  lease_.set_open(false);
  lease_.hold_until(now);
  needy_.clear();
  if (!is_joined_) has_left_ = true;  // its peers will bury it
  declared_ = kNowhere;
  undeclared_.clear();
  for (const auto& [name, pool] : pools_) undeclared_.insert(name);
}

// ---- Replies

void Agent::on_reply(const Reply& reply, MonotonicTime now) {
  is_sent_ = false;
  if (const auto* why = std::get_if<Rejection>(&reply)) return on_rejected(*why, now);
  const auto asked = std::exchange(command_, Command{});
  if (const auto* joined = std::get_if<Joined>(&reply)) {
    if (std::holds_alternative<Join>(asked)) return on_joined(*joined, now);
  } else if (const auto* traded = std::get_if<Traded>(&reply)) {
    if (std::holds_alternative<TradeMany>(asked) && traded->holdings.size() == sent_.size()) {
      return on_traded(*traded, now);
    }
  } else if (const auto* beaten = std::get_if<Beaten>(&reply)) {
    if (std::holds_alternative<Beat>(asked)) return on_beaten(*beaten, now);
  } else if (const auto* buried = std::get_if<Buried>(&reply)) {
    if (const auto* bury = std::get_if<Bury>(&asked)) return on_buried(*bury, *buried, now);
  } else if (std::holds_alternative<Release>(asked)) {
    hold_until_ = MonotonicTime::max();
    return;
  } else if (std::holds_alternative<Declare>(asked)) {
    declared_ = generation_;
    return;
  }
  on_lost(now);
}

void Agent::on_joined(const Joined& joined, MonotonicTime now) {
  // Its peers may have buried it in a store that was lost, and have its units.
  const bool is_lapsed = !declared_.empty() && declared_ != joined.generation &&
                         now >= beaten_until_ && !pools_.empty();
  if (is_lapsed && settings_.when_away == WhenAway::closed && former_.empty()) {
    former_ = name_;
    return begin_anew();
  }
  is_joined_ = true;
  lease_.set_open(false);
  if (generation_ != joined.generation) {
    // Another store may give the same serial to a hold of its own.
    hold_ = {};
    hold_until_ = MonotonicTime::max();
  }
  generation_ = joined.generation;
  burials_.clear();
  // A node that was silent before this connection may have been silent for the connection's sake.
  for (auto& [node, seen] : seen_) seen.since = now;
  next_beat_ = MonotonicTime::min();
  // A node that holds nothing has nothing to declare.
  if (pools_.empty() && !is_leaving_) declared_ = generation_;
  if (declared_ == generation_) return;
  undeclared_.clear();
  for (const auto& [name, pool] : pools_) undeclared_.insert(name);
}

/// The lease counts from before the beat was sent, and a peer's patience from after it had arrived.
void Agent::on_beaten(const Beaten& beaten, MonotonicTime now) {
  beaten_until_ = sent_at_ + settings_.lease;
  lease_.hold_until(beaten_until_);
  auto before = std::exchange(seen_, {});
  for (const auto& [node, count] : beaten.beats) {
    const auto known = before.find(node);
    const bool is_silent = known != before.end() && known->second.beat == count && node != name_;
    seen_[node] = {count, is_silent ? known->second.since : now};
    const bool is_dead = is_silent && sent_at_ - known->second.since > settings_.lease;
    const bool is_noted = std::ranges::find(burials_, node, &Bury::dead) != burials_.end();
    if (is_dead && !is_noted) burials_.push_back({generation_, name_, node, count});
  }
  for (const auto& dead : beaten.ended) {
    if (std::ranges::find(burials_, dead, &Bury::dead) == burials_.end()) {
      burials_.push_back({generation_, name_, dead, 0});
    }
  }
  if (beaten.hold == hold_) return;
  hold_ = beaten.hold;
  const auto time = hold_.is_minute ? settings_.minute : settings_.learning;
  hold_until_ = hold_.serial == 0 ? MonotonicTime::max() : now + time;
}

void Agent::on_buried(const Bury& bury, const Buried& buried, MonotonicTime now) {
  if (bury.dead == name_) {
    has_left_ = true;
    return;
  }
  if (bury.dead == former_) {
    former_.clear();
    return;
  }
  for (const auto& legacy : buried.legacies) inherit(bury.dead, legacy, now);
  // The rest is named again with the next beat.
  std::erase_if(burials_, [&](const Bury& one) { return one.dead == bury.dead; });
}

/// The units were spent before this moment; those whose age was told, at least so long ago.
void Agent::inherit(const std::string& dead, const Legacy& legacy, MonotonicTime now) {
  auto& pool = pools_[legacy.pool];
  if (!pool.heir_of.empty()) return;
  if (pool.name.empty()) {
    pool.name = legacy.pool;
    pool.limit = legacy.limit;
    pool.window = legacy.window;
  }
  pool.heir_of = dead;
  pool.is_stale = true;
  auto left = legacy.units;
  auto newest_first = legacy.spent;
  std::ranges::sort(newest_first, {}, &Spent::age);
  for (const auto& spent : newest_first) {
    const auto units = std::min(spent.cost, left);
    if (units <= 0 || spent.age + settings_.untold >= legacy.window) continue;
    pool.inherited.push_back({units, now + legacy.window - spent.age});
    left -= units;
  }
  if (left > 0) pool.inherited.push_back({left, now + legacy.window});
  hungry_.insert(pool.name);
  next_tick_ = MonotonicTime::min();
}

void Agent::on_rejected(Rejection why, MonotonicTime now) {
  for (const auto& trade : sent_) {
    if (const auto found = pools_.find(trade.pool); found != pools_.end()) {
      found->second.is_stale = true;
      found->second.told_at = MonotonicTime::min();
      hungry_.insert(trade.pool);
    }
  }
  is_joined_ = false;
  if (is_leaving_) has_left_ = true;  // its peers will bury it
  if (why == Rejection::buried) {
    lease_.hold_until(now);
    former_.clear();
    // Its heir has them, too.
    for (auto& [name, pool] : pools_) pool.inherited.clear();
    begin_anew();
  }
}

/// Under a new name nothing is held; what was spent is declared as a debt.
void Agent::begin_anew() {
  name_ = make_name_();
  beats_ = 0;
  declared_ = kNowhere;
  for (auto& [name, pool] : pools_) {
    pool.held = 0;
    pool.heir_of.clear();
    if (const auto limiter = pool.limiter.lock()) {
      limiter->set_share(pool.model, pool.dimension, 0, MonotonicTime::min());
    }
  }
}

void Agent::on_lost(MonotonicTime now) {
  if (is_sent_ || is_joined_) on_rejected(Rejection::other_generation, now);
  is_sent_ = false;
}

void Agent::on_away(MonotonicTime began) {
  is_sent_ = false;
  is_joined_ = false;
  if (is_leaving_) {
    has_left_ = true;
    return;
  }
  if (settings_.when_away == WhenAway::open) lease_.set_open(true);
  if (settings_.when_away == WhenAway::share) lease_.hold_until(began + settings_.lease);
}

}  // namespace weir::shares
