/// The store of shares in memory: the rules that every store follows, in one place. It has no
/// clock.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "shares/message.hpp"

namespace weir::shares {

/// Threads: one. Lifetime: value type; a copy is a replica.
class PoolStore {
 public:
  static constexpr std::size_t kLegaciesAtOnce = 64;
  static constexpr std::size_t kHungryAtOnce = 64;

  /// `run`: names this run of the server.
  explicit PoolStore(std::string run) : run_(std::move(run)) {}

  [[nodiscard]] Reply handle(const Command& command);

  /// The server has restarted with this state, or it is a replica's.
  void set_run(std::string run) { run_ = std::move(run); }

  /// Free units plus those of nodes are the limit, in every pool.
  [[nodiscard]] bool is_conserved() const;

 private:
  struct Share {
    std::int64_t units = 0;
    std::uint64_t seq = 0;
    std::int64_t demand = 0;
    std::vector<Spent> spent;  ///< when it was last told
  };
  struct Pool {
    std::int64_t limit = 0;
    std::int64_t free = 0;
    std::chrono::milliseconds window{0};
    std::map<std::string, Share> shares;
  };

  [[nodiscard]] Reply join(const Join& join);
  [[nodiscard]] Reply trade_many(const TradeMany& many);
  [[nodiscard]] Holding trade(const std::string& node, const Trade& trade);
  [[nodiscard]] Reply beat(const Beat& beat);
  [[nodiscard]] Reply bury(const Bury& bury);
  [[nodiscard]] Reply release(const Release& release);
  [[nodiscard]] Hold hold_of(const std::string& node) const;
  [[nodiscard]] bool may_inherit(const std::string& node, const std::string& dead) const;
  void begin_generation(const Join& join);
  void hold(const std::string& node, bool is_minute);
  void inherit(Pool& pool, const std::string& name, const std::string& dead);
  [[nodiscard]] bool grants() const { return waits_.empty() && holds_.empty(); }

  std::string run_;
  std::string generation_;
  bool was_empty_ = false;             ///< and began with a node that was new itself
  std::set<std::string> waits_;        ///< nodes that have not declared their shares
  std::map<std::string, Hold> holds_;  ///< by the node that measures the time
  std::uint64_t last_serial_ = 0;
  std::map<std::string, std::uint64_t> beats_;
  std::set<std::string> buried_;
  std::map<std::string, std::string> heirs_;  ///< of buried nodes that have left something
  std::map<std::string, Pool> pools_;
  std::map<std::string, std::set<std::string>> pools_of_;
  std::set<std::string> hungry_;
};

}  // namespace weir::shares
