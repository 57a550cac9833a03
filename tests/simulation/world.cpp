#include "world.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "trace.hpp"

namespace weir::simulation {

using shares::Command;
using shares::PoolStore;
using shares::Reply;
using shares::WhenAway;

namespace {

constexpr std::string_view kEventNames[] = {"death",  "birth",   "leave",    "partition",
                                            "outage", "emptied", "failover", "replicate"};

limit::Limits limits_of(limit::Dimension dimension, std::int64_t limit) {
  limit::Limits limits;
  limits.*limit::describe(dimension).member = limit;
  return limits;
}

}  // namespace

World::World(std::uint64_t seed) : random_(seed), store_("run0"), replica_("run0") {
  settings_ = {.when_away = chance(0.75) ? WhenAway::closed : WhenAway::share,
               .lease = milliseconds(1'000),
               .beat = milliseconds(200),
               .tick = milliseconds(200),
               .tell = milliseconds(400),
               .untold = milliseconds(1'900),
               .learning = milliseconds(1'000),
               .minute = kWindow,
               .day = kDay};
  const bool is_closed = settings_.when_away == WhenAway::closed;
  constexpr std::int64_t kLimits[] = {1, 2, 3, 5, 10, 17, 24, 60};
  limit_ = kLimits[pick(0, 7)];
  node_count_ = static_cast<std::size_t>(pick(2, 4));
  load_ = 0.3 + 3 * unit_(random_);
  highest_cost_ = chance(0.5) ? 1 : std::min<std::int64_t>(limit_, 3);
  if (chance(0.3)) dimension_ = limit::Dimension::tokens_per_day;
  cancels_ = dimension_ == limit::Dimension::tokens_per_minute && chance(0.4);
  const auto rate = [&] { return chance(0.4) ? 0.3 * unit_(random_) : 0; };
  faults_.repetition = rate();
  faults_.pause = chance(0.5) ? 0.02 * unit_(random_) : 0;
  faults_.longest_pause = milliseconds(pick(1, 4'000));
  faults_.deaths = chance(0.5) ? static_cast<int>(pick(1, 3)) : 0;
  faults_.leavings = chance(0.3) ? 1 : 0;
  faults_.outages = chance(0.3) ? 1 : 0;
  faults_.emptied = chance(0.3) ? static_cast<int>(pick(1, 2)) : 0;
  faults_.failovers = chance(0.3) ? static_cast<int>(pick(1, 2)) : 0;
  // With the share in hand, a node that is cut off alone may add its share: that is documented.
  if (is_closed) {
    faults_.loss = rate();
    faults_.late = rate();
    faults_.partitions = chance(0.4) ? static_cast<int>(pick(1, 3)) : 0;
  }
}

void World::trace(std::size_t index, std::string_view text) {
  fmt::print("{:9.3f} ms  node {} ({}): {}\n", static_cast<double>(now_.count()) / 1000, index,
             nodes_[index]->agent->name(), text);
}

Micros World::within(Micros from, Micros to) {
  return Micros(pick(from.count(), std::max(from, to).count()));
}

std::int64_t World::pick(std::int64_t from, std::int64_t to) {
  return from + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(to - from + 1));
}

void World::add(Event event) {
  event.order = ++order_;
  events_.push(std::move(event));
}

void World::plan() {
  const auto some_time = [&] { return within(milliseconds(500), kEnd); };
  const auto any_node = [&] {
    return static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(node_count_) - 1));
  };
  const auto plan_some = [&](int count, Kind kind) {
    for (int i = 0; i < count; ++i) add({.at = some_time(), .kind = kind, .node = any_node()});
  };
  plan_some(faults_.deaths, Kind::death);
  plan_some(faults_.leavings, Kind::leave);
  plan_some(faults_.partitions, Kind::partition);
  plan_some(faults_.outages, Kind::outage);
  plan_some(faults_.emptied, Kind::emptied);
  plan_some(faults_.failovers, Kind::failover);
  if (faults_.failovers > 0) add({.at = milliseconds(50), .kind = Kind::replicate});
  const double windows = std::chrono::duration<double>(kEnd) / window_length();
  const auto calls = load_ * static_cast<double>(limit_) * windows;
  const bool skewed = chance(0.3);
  for (int i = 0; i < static_cast<int>(calls); ++i) {
    add({.at = within(Micros(0), kEnd), .node = skewed && chance(0.8) ? 0 : any_node()});
  }
}

Verdict World::run() {
  for (std::size_t i = 0; i < node_count_; ++i) {
    nodes_.push_back(std::make_unique<Node>());
    begin(i);
  }
  plan();
  verdict_.limit = limit_;
  while (!events_.empty() && events_.top().at <= Micros(kEnd) && verdict_.fault.empty()) {
    Event event = events_.top();
    events_.pop();
    now_ = event.at;
    handle(std::move(event));
  }
  open_.clear();
  return verdict_;
}

void World::begin(std::size_t index) {
  auto& node = *nodes_[index];
  node.limiter = std::make_shared<limit::KeyLimiter>(
      limits_of(dimension_, limit_), std::vector<limit::ModelLimits>{},
      limit::Spans{.minute = kWindow, .day = kDay}, nullptr, "key", &node.lease);
  node.lease.hold_until(MonotonicTime::min());
  node.agent = std::make_unique<shares::Agent>(settings_, node.lease,
                                               [this] { return fmt::format("n{}", ++names_); });
  node.is_alive = true;
  node.is_connected = node.is_connecting = false;
  ++node.connection;
  node.waiting.clear();
  node.trading.clear();
  pump(index);
}

void World::handle(Event event) {
  if (is_traced_ && event.kind >= Kind::death && event.kind != Kind::cancel) {
    trace(event.node, fmt::format("event {}", kEventNames[static_cast<std::size_t>(event.kind) -
                                                          static_cast<std::size_t>(Kind::death)]));
  }
  switch (event.kind) {
    case Kind::arrives:
      return on_arrival(event);
    case Kind::outage:
      store_away_until_ = now_ + within(milliseconds(10), milliseconds(3'000));
      return;
    case Kind::emptied:
      store_ = PoolStore(fmt::format("run{}", ++runs_));
      replica_ = store_;
      is_empty_ = true;
      for (std::size_t i = 0; i < nodes_.size(); ++i) lose(i);
      return;
    case Kind::failover:
      store_ = replica_;
      store_.set_run(fmt::format("run{}", ++runs_));
      for (std::size_t i = 0; i < nodes_.size(); ++i) lose(i);
      return;
    case Kind::replicate:
      replica_ = store_;
      add({.at = now_ + within(milliseconds(1), milliseconds(300)), .kind = Kind::replicate});
      return;
    case Kind::partition:
      nodes_[event.node]->cut_until = now_ + within(milliseconds(10), milliseconds(4'000));
      return;
    case Kind::death:
      nodes_[event.node]->is_alive = false;
      ++nodes_[event.node]->connection;
      add({.at = now_ + within(milliseconds(1), milliseconds(2'000)),
           .kind = Kind::birth,
           .node = event.node});
      return;
    case Kind::birth:
      return begin(event.node);
    default:
      return handle_of_node(std::move(event));
  }
}

void World::handle_of_node(Event event) {
  auto& node = *nodes_[event.node];
  if (!node.is_alive) return;
  if (now_ >= node.paused_until && chance(faults_.pause)) {
    node.paused_until = now_ + within(Micros(100), faults_.longest_pause);
    if (is_traced_)
      trace(event.node, fmt::format("pauses for {} us", (node.paused_until - now_).count()));
  }
  if (now_ < node.paused_until) {
    event.at = node.paused_until;
    events_.push(std::move(event));  // keeps its order
    return;
  }
  switch (event.kind) {
    case Kind::call:
      on_call(event.node);
      break;
    case Kind::cancel:
      std::erase_if(open_, [&](auto& one) {
        if (one.first != event.number) return false;
        one.second.cancel(now());
        return true;
      });
      for (auto& one : window_) {
        if (one.id == event.number) counted_ -= std::exchange(one.cost, 0);
      }
      break;
    case Kind::answer:
      if (event.connection != node.connection || event.number != node.command) break;
      ++node.command;
      node.agent->on_reply(*event.reply, now());
      retry(event.node, node.trading);
      break;
    case Kind::deadline:
      if (event.connection != node.connection || event.number != node.command) break;
      lose(event.node);
      break;
    case Kind::connect:
      on_connect(event.node, Micros(static_cast<std::int64_t>(event.number)));
      break;
    case Kind::wake:
      node.wakes_at = Micros::max();
      break;
    case Kind::leave:
      node.agent->leave(now());
      break;
    default:
      break;
  }
  pump(event.node);
}

void World::lose(std::size_t index) {
  auto& node = *nodes_[index];
  if (!node.is_alive || !node.is_connected) return;
  node.is_connected = false;
  ++node.connection;
  ++node.command;
  node.agent->on_lost(now());
  retry(index, node.trading);
  pump(index);
}

bool World::can_reach(const Node& node) const {
  return now_ >= node.cut_until && now_ >= store_away_until_;
}

// A new node cannot know that an empty store is not a new one; the study of failures leaves out
// that all others are silent just then.
void World::on_connect(std::size_t index, Micros began) {
  auto& node = *nodes_[index];
  node.is_connecting = false;
  const bool is_new = node.agent->pool_count() == 0;
  if (can_reach(node) && !(is_empty_ && is_new)) {
    node.is_connected = true;
    return;
  }
  node.agent->on_away(MonotonicTime(began));
  retry(index, node.waiting);
}

void World::pump(std::size_t index) {
  auto& node = *nodes_[index];
  if (!node.is_alive) return;
  if (node.agent->has_left()) {
    node.is_alive = false;
    ++node.connection;
    add({.at = now_ + milliseconds(pick(1, 500)), .kind = Kind::birth, .node = index});
    return;
  }
  if (!node.is_connected) {
    if (node.is_connecting) return;
    node.is_connecting = true;
    add({.at = now_ + within(milliseconds(1), milliseconds(60)),
         .kind = Kind::connect,
         .node = index,
         .number = static_cast<std::uint64_t>(now_.count())});
    return;
  }
  if (auto command = node.agent->next(now())) return send(index, std::move(*command));
  const auto due = std::chrono::duration_cast<Micros>(node.agent->due().time_since_epoch());
  const auto at = std::max(due, now_ + Micros(10));
  if (at >= node.wakes_at || at > Micros(kEnd)) return;
  node.wakes_at = at;
  add({.at = at, .kind = Kind::wake, .node = index});
}

void World::send(std::size_t index, Command command) {
  auto& node = *nodes_[index];
  ++node.command;
  if (std::holds_alternative<shares::TradeMany>(command)) {
    std::ranges::move(node.waiting, std::back_inserter(node.trading));
    node.waiting.clear();
  }
  const auto sent = std::make_shared<const Command>(std::move(command));
  const int copies = chance(faults_.loss) ? 0 : chance(faults_.repetition) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    const bool is_late = i > 0 || chance(faults_.late);
    add({.at = now_ + within(Micros(50), is_late ? Micros(3'000'000) : Micros(2'000)),
         .kind = Kind::arrives,
         .node = index,
         .number = node.command,
         .connection = node.connection,
         .command = sent});
  }
  add({.at = now_ + kDeadline,
       .kind = Kind::deadline,
       .node = index,
       .number = node.command,
       .connection = node.connection});
}

void World::on_arrival(const Event& event) {
  if (!can_reach(*nodes_[event.node])) return;
  const auto reply = std::make_shared<const Reply>(store_.handle(*event.command));
  const auto* join = std::get_if<shares::Join>(event.command.get());
  if (join != nullptr && !join->last_generation.empty()) is_empty_ = false;
  if (is_traced_) trace(event.node, describe(*event.command) + " -> " + describe(*reply));
  // The reply to a Join is sent once a replica has it.
  if (std::holds_alternative<shares::Join>(*event.command)) replica_ = store_;
  if (!store_.is_conserved()) verdict_.fault = "units of the store were lost or made";
  if (chance(faults_.loss)) return;
  add({.at = now_ + within(Micros(50), Micros(chance(faults_.late) ? 300'000 : 2'000)),
       .kind = Kind::answer,
       .node = event.node,
       .number = event.number,
       .connection = event.connection,
       .reply = reply});
}

void World::on_call(std::size_t index) {
  ++verdict_.offered;
  (void)try_call(index, pick(1, highest_cost_), true);
}

bool World::try_call(std::size_t index, std::int64_t cost, bool may_wait) {
  auto& node = *nodes_[index];
  auto reserved = node.limiter->try_reserve("m", {.tokens = cost}, now());
  if (reserved) {
    audit(cost);
    if (cancels_ && chance(0.3)) {
      open_.emplace_back(admissions_, std::move(*reserved));
      add({.at = now_ + within(milliseconds(1), milliseconds(2'500)),
           .kind = Kind::cancel,
           .node = index,
           .number = admissions_});
    }
    return true;
  }
  if (!reserved.error().lacks_share || !may_wait) return false;
  node.agent->need(node.limiter);
  node.waiting.push_back(cost);
  return false;
}

void World::retry(std::size_t index, std::vector<std::int64_t>& calls) {
  for (const auto cost : std::exchange(calls, {})) (void)try_call(index, cost, false);
}

// The clients' own record.
void World::audit(std::int64_t cost) {
  while (!window_.empty() && now_ - window_.front().at >= window_length()) {
    counted_ -= window_.front().cost;
    window_.pop_front();
  }
  window_.push_back({now_, cost, ++admissions_});
  counted_ += cost;
  ++verdict_.admitted;
  if (is_traced_)
    fmt::print("{:9.3f} ms  admitted {}, {} of {}\n", static_cast<double>(now_.count()) / 1000,
               cost, counted_, limit_);
  verdict_.most = std::max(verdict_.most, counted_);
  if (counted_ > limit_) {
    verdict_.fault = fmt::format("{} admitted within a window of {}", counted_, limit_);
  }
}

}  // namespace weir::simulation
