#include "shares/pool_store.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>

namespace weir::shares {

Reply PoolStore::handle(const Command& command) {
  if (const auto* join = std::get_if<Join>(&command)) return this->join(*join);
  const auto refused = std::visit(
      [&](const auto& one) -> std::optional<Rejection> {
        using Sent = std::decay_t<decltype(one)>;
        if constexpr (!std::is_same_v<Sent, Join>) {
          if (generation_.empty() || one.generation != generation_) {
            return Rejection::other_generation;
          }
          if (buried_.contains(one.node)) return Rejection::buried;
        }
        return std::nullopt;
      },
      command);
  if (refused) return *refused;
  if (const auto* many = std::get_if<TradeMany>(&command)) return trade_many(*many);
  if (const auto* beat = std::get_if<Beat>(&command)) return this->beat(*beat);
  if (const auto* bury = std::get_if<Bury>(&command)) return this->bury(*bury);
  if (const auto* release = std::get_if<Release>(&command)) return this->release(*release);
  waits_.erase(std::get<Declare>(command).node);
  return Done{};
}

// ---- Generations

Reply PoolStore::join(const Join& join) {
  if (buried_.contains(join.node)) return Rejection::buried;
  if (!generation_.starts_with(run_ + "/")) begin_generation(join);
  beats_.try_emplace(join.node, 0);
  const bool holds = !join.last_generation.empty();
  if (holds && join.last_generation != generation_) {
    waits_.insert(join.node);
    if (was_empty_) hold(join.node, true);
    was_empty_ = false;
  }
  return Joined{generation_};
}

// An emptied store knows neither the nodes that live nor what those that ended have spent. A node
// that was there before says so; without one, the others have a moment to come.
void PoolStore::begin_generation(const Join& join) {
  const bool is_new = join.last_generation.empty();
  generation_ = run_ + "/" + join.proposal;
  waits_.clear();
  for (const auto& member : join.members) waits_.insert(member);
  for (const auto& [node, count] : beats_) waits_.insert(node);
  std::erase_if(waits_, [&](const auto& node) { return buried_.contains(node); });
  if (is_new) waits_.erase(join.node);
  for (const auto& node : waits_) beats_.try_emplace(node, 0);
  was_empty_ = pools_.empty() && is_new;
  if (pools_.empty()) hold(join.node, !is_new);
}

void PoolStore::hold(const std::string& node, bool is_minute) {
  holds_[node] = {++last_serial_, is_minute};
}

Hold PoolStore::hold_of(const std::string& node) const {
  const auto found = holds_.find(node);
  return found == holds_.end() ? Hold{} : found->second;
}

Reply PoolStore::release(const Release& release) {
  if (hold_of(release.node).serial == release.serial) holds_.erase(release.node);
  return Done{};
}

// ---- Lives

Reply PoolStore::beat(const Beat& beat) {
  auto& count = beats_[beat.node];
  count = std::max(count, beat.count);
  Beaten beaten{{beats_.begin(), beats_.end()}, {}};
  for (const auto& [dead, heir] : heirs_) {
    if (may_inherit(beat.node, dead)) beaten.ended.push_back(dead);
  }
  // A hold whose node has ended is measured anew.
  for (const auto& [node, hold] : holds_) {
    if (!buried_.contains(node)) continue;
    const bool is_minute = hold.is_minute;
    holds_.erase(node);
    this->hold(beat.node, is_minute);
    break;
  }
  beaten.hold = hold_of(beat.node);
  return beaten;
}

bool PoolStore::may_inherit(const std::string& node, const std::string& dead) const {
  const auto heir = heirs_.find(dead);
  if (heir == heirs_.end()) return false;
  return heir->second.empty() || heir->second == node || buried_.contains(heir->second);
}

Reply PoolStore::bury(const Bury& bury) {
  const bool is_own = bury.node == bury.dead;
  if (!buried_.contains(bury.dead)) {
    const auto beat = beats_.find(bury.dead);
    if (beat == beats_.end() || (!is_own && beat->second != bury.count)) {
      return Buried{{}, true};
    }
    buried_.insert(bury.dead);
    beats_.erase(beat);
    if (pools_of_.contains(bury.dead)) heirs_[bury.dead];
    // It may have held more than this store knows.
    const bool is_unknown = waits_.erase(bury.dead) > 0 && !is_own;
    if (is_unknown) hold(bury.node, true);
  }
  if (is_own || !may_inherit(bury.node, bury.dead)) return Buried{{}, true};
  heirs_[bury.dead] = bury.node;
  Buried buried;
  for (const auto& name : pools_of_[bury.dead]) {
    if (buried.legacies.size() == kLegaciesAtOnce) return buried;
    const auto& pool = pools_.at(name);
    const auto& share = pool.shares.at(bury.dead);
    buried.legacies.push_back({name, pool.limit, share.units, pool.window, share.spent});
  }
  buried.is_complete = true;
  return buried;
}

bool PoolStore::is_conserved() const {
  return std::ranges::all_of(pools_, [](const auto& one) {
    auto sum = one.second.free;
    for (const auto& [node, share] : one.second.shares) sum += share.units;
    return sum == one.second.limit;
  });
}

}  // namespace weir::shares
