/// One node's side of shares: which message to send next, and what its limiters may use.
///
///   calls ──> need ──> next ──> Command ──> store ──> on_reply ──> KeyLimiter::set_share
///
/// Pure: it has no clock and no connection. One command is on its way at a time, so that calls that
/// come meanwhile share the next one. A node lowers its share before it says so and raises it only
/// by the reply to its newest command, so it never holds more than the store has recorded.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "limit/key_limiter.hpp"
#include "limit/share.hpp"
#include "shares/message.hpp"

namespace weir::shares {

/// Behaviour while the store of shares cannot be reached.
enum class WhenAway : std::uint8_t {
  share,   ///< the share in hand goes on
  closed,  ///< nothing limited is admitted once the lease has ended
  open,    ///< each node may use the whole limit
};

struct AgentSettings {
  WhenAway when_away = WhenAway::share;
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds beat{1'000};
  std::chrono::milliseconds tick{100};
  std::chrono::milliseconds tell{10'000};  ///< how often the spent units of a day are told
  /// How long before its end a node may have spent units that it had not told yet: units that were
  /// to return within that time may have been spent again.
  std::chrono::milliseconds untold{300'000};
  /// For nodes that were there before, when a new node comes first to an empty store.
  std::chrono::milliseconds learning{2'000};
  std::chrono::milliseconds minute{60'000};  ///< tests use another
  std::chrono::milliseconds day{86'400'000};
  std::size_t pools_a_message = 128;
};

/// Threads:  one, beside the limiters' own.
/// Lifetime: the lease outlives it; limiters may go at any time.
class Agent {
 public:
  static constexpr std::chrono::milliseconds kEmptyAnswer{50};
  /// For which units that calls waited for are kept: the calls are on other threads.
  static constexpr std::chrono::milliseconds kGranted{50};
  /// Limits up to this are fetched as calls need them, so that no unit waits at a node.
  static constexpr std::int64_t kSmall = 16;

  /// Names a node; called again when it has been buried.
  using NameSource = std::function<std::string()>;

  Agent(const AgentSettings& settings, limit::ShareLease& lease, NameSource name);

  /// A call was refused for want of a share.
  void need(const std::shared_ptr<limit::KeyLimiter>& limiter);

  /// The command to send now; nothing if none is due, or one is on its way.
  [[nodiscard]] std::optional<Command> next(MonotonicTime now);
  /// When `next` has something, if nothing else happens.
  [[nodiscard]] MonotonicTime due() const;
  /// The reply to the last command of `next`.
  void on_reply(const Reply& reply, MonotonicTime now);
  /// The connection was lost, or the reply is late: the command may or may not have arrived, and
  /// may still. The next command goes over a new connection.
  void on_lost(MonotonicTime now);
  /// There is no connection since `began`.
  void on_away(MonotonicTime began);

  /// Stops using shares, for a node that ends: `next` returns them until `has_left`.
  void leave(MonotonicTime now);
  [[nodiscard]] bool has_left() const { return has_left_; }

  /// True if a command of `next` that was not answered yet is of trades.
  [[nodiscard]] bool is_trading() const { return is_sent_ && !sent_.empty(); }
  [[nodiscard]] bool is_joined() const { return is_joined_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t pool_count() const { return pools_.size(); }

 private:
  static constexpr std::int64_t kNoBound = INT64_MAX;

  struct Inherited {
    std::int64_t units;
    MonotonicTime until;
  };
  struct Pool {
    std::string name;
    std::weak_ptr<limit::KeyLimiter> limiter;
    std::string model;
    limit::Dimension dimension = limit::Dimension::requests_per_minute;
    std::int64_t limit = 0;
    std::chrono::milliseconds window{60'000};
    std::int64_t held = 0;  ///< without what is inherited
    std::vector<Inherited> inherited = {};
    std::string heir_of = {};  ///< until the store has confirmed it
    std::int64_t sent_inherited = 0;
    std::int64_t most_usable = kNoBound;  ///< of `held`, while there is not enough for all nodes
    double per_minute = 0;                ///< offered
    std::int64_t all_demand = 0;
    bool is_stale = false;  ///< the store may have recorded another share
    MonotonicTime hungry_until = MonotonicTime::min();
    MonotonicTime measured_at = MonotonicTime::min();
    MonotonicTime offered_at = MonotonicTime::min();
    MonotonicTime granted_at = MonotonicTime::min();  ///< to calls that may not have used it yet
    MonotonicTime told_at = MonotonicTime::min();
  };
  using Pools = std::map<std::string, Pool, std::less<>>;

  struct Seen {
    std::uint64_t beat = 0;
    MonotonicTime since;
  };

  [[nodiscard]] Command join();
  [[nodiscard]] std::optional<Command> trade_for_calls(MonotonicTime now);
  [[nodiscard]] std::optional<Command> trade_all(MonotonicTime now);
  [[nodiscard]] std::optional<Command> trade_due(MonotonicTime now);
  [[nodiscard]] std::optional<Command> end(MonotonicTime now);
  [[nodiscard]] Command send(Command command, MonotonicTime now);
  [[nodiscard]] TradeMany many();

  Pool& pool_of(const std::shared_ptr<limit::KeyLimiter>& limiter, const limit::SharedLimit& of);
  enum class Why : std::uint8_t { calls, declaring, tick };
  /// Adds a trade of the pool; on a tick only if there is a reason for one.
  void add_trade(TradeMany& many, Pool& pool, Why why, MonotonicTime now);
  [[nodiscard]] std::optional<Trade> trade_of(Pool& pool, limit::KeyLimiter& limiter,
                                              const limit::SharedLimit& state, Why why,
                                              MonotonicTime now);
  void measure(Pool& pool, const limit::SharedLimit& state, MonotonicTime now) const;
  [[nodiscard]] std::int64_t ahead_of(const Pool& pool, const limit::SharedLimit& state,
                                      MonotonicTime now) const;
  [[nodiscard]] std::int64_t fair_part(const Pool& pool, const limit::SharedLimit& state) const;
  void add_spent(Trade& trade, Pool& pool, limit::KeyLimiter& limiter, MonotonicTime now) const;
  [[nodiscard]] std::int64_t inherited_of(Pool& pool, MonotonicTime now) const;
  [[nodiscard]] bool is_idle(const Pool& pool, MonotonicTime now) const;
  [[nodiscard]] std::chrono::milliseconds window_of(limit::Dimension dimension) const;

  void on_joined(const Joined& joined, MonotonicTime now);
  void on_traded(const Traded& traded, MonotonicTime now);
  void settle(Pool& pool, const Trade& trade, const Holding& holding, MonotonicTime now);
  void on_buried(const Bury& bury, const Buried& buried, MonotonicTime now);
  void inherit(const std::string& dead, const Legacy& legacy, MonotonicTime now);
  void on_beaten(const Beaten& beaten, MonotonicTime now);
  void on_rejected(Rejection why, MonotonicTime now);
  void begin_anew();

  AgentSettings settings_;
  limit::ShareLease& lease_;
  NameSource make_name_;

  std::string name_;
  std::string generation_;  ///< of the connection
  std::string declared_;    ///< the last in which all shares were declared; empty: none
  std::string former_;      ///< its name before a lease that lapsed; empty once that is buried
  std::uint64_t seq_ = 0;   ///< of the last trade
  MonotonicTime beaten_until_ = MonotonicTime::min();  ///< the end of the lease of the last beat
  std::uint64_t proposals_ = 0;
  std::uint64_t beats_ = 0;
  bool is_joined_ = false;
  bool is_leaving_ = false;
  bool has_left_ = false;

  Pools pools_;
  std::vector<std::weak_ptr<limit::KeyLimiter>> needy_;
  std::set<std::string> hungry_;      ///< pools to look at
  std::set<std::string> undeclared_;  ///< pools to trade before the generation is declared
  std::string looked_at_;             ///< the last pool of the round of `trade_due`

  std::map<std::string, Seen> seen_;
  std::vector<Bury> burials_;
  Hold hold_;
  MonotonicTime hold_until_ = MonotonicTime::max();

  // The command on its way.
  bool is_sent_ = false;
  Command command_;
  std::vector<Trade> sent_;
  MonotonicTime sent_at_;
  MonotonicTime next_beat_ = MonotonicTime::min();
  MonotonicTime next_tick_ = MonotonicTime::min();
};

}  // namespace weir::shares
