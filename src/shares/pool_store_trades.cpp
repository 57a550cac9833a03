// PoolStore: trades.
#include <algorithm>

#include "shares/pool_store.hpp"

namespace weir::shares {

Reply PoolStore::trade_many(const TradeMany& many) {
  Traded traded;
  for (const auto& one : many.trades) traded.holdings.push_back(trade(many.node, one));
  for (const auto& pool : hungry_) {
    if (traded.hungry.size() == kHungryAtOnce) break;
    traded.hungry.push_back(pool);
  }
  return traded;
}

Holding PoolStore::trade(const std::string& node, const Trade& trade) {
  auto [place, is_new] = pools_.try_emplace(trade.pool);
  Pool& pool = place->second;
  pool.free += trade.limit - pool.limit;
  pool.limit = trade.limit;
  pool.window = trade.window;
  pools_of_[node].insert(trade.pool);
  Share& share = pool.shares[node];
  const auto demand = [&pool] {
    std::int64_t sum = 0;
    for (const auto& one : pool.shares) sum += one.second.demand;
    return sum;
  };
  if (trade.seq <= share.seq) return {share.seq, share.units, pool.free, demand()};

  if (!trade.heir_of.empty()) inherit(pool, trade.pool, trade.heir_of);
  pool.free += share.units - trade.have;
  // Half of what is free is left to others, unless calls wait for it.
  const auto room = grants() ? std::max<std::int64_t>(pool.free, 0) : 0;
  const auto needed = std::clamp<std::int64_t>(trade.need - trade.have, 0, room);
  const auto ahead =
      std::clamp<std::int64_t>(trade.want - trade.have - needed, 0, (room - needed) / 2);
  share.units = trade.have + needed + ahead;
  share.seq = trade.seq;
  share.demand = trade.demand;
  pool.free -= needed + ahead;
  if (!trade.spent.empty()) share.spent = trade.spent;
  if (trade.have + needed < trade.need) {
    hungry_.insert(trade.pool);
  } else if (pool.free > 0) {
    hungry_.erase(trade.pool);
  }
  return {share.seq, share.units, pool.free, demand()};
}

/// The units are free and, in the same step, in what the heir has.
void PoolStore::inherit(Pool& pool, const std::string& name, const std::string& dead) {
  const auto found = pool.shares.find(dead);
  if (found == pool.shares.end() || !buried_.contains(dead)) return;
  pool.free += found->second.units;
  pool.shares.erase(found);
  auto& pools = pools_of_[dead];
  pools.erase(name);
  if (!pools.empty()) return;
  pools_of_.erase(dead);
  heirs_.erase(dead);
}

}  // namespace weir::shares
