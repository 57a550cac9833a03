/// Runs the agent of shares over a connection to Redis or Valkey.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "limit/key_limiter.hpp"
#include "limit/share.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"
#include "redis/connection.hpp"
#include "redis/settings.hpp"
#include "shares/agent.hpp"

namespace weir::redis {

/// Threads:  its executor's; `trade` from any.
/// Lifetime: outlives `run`; the pool and the lease outlive it.
class ShareClient {
 public:
  /// `is_away`: the server of limits cannot be reached.
  using Done = std::move_only_function<void(bool is_away)>;

  /// `make_name`: names a node; unique among all nodes, ever. REQUIRES: the settings have a URL.
  ShareClient(const Settings& settings, limit::ShareLease& lease, net::Executor executor,
              net::WorkerPool& pool, std::function<std::string()> make_name);
  ~ShareClient();

  /// Calls `done`, on the executor's thread, after a trade for what calls of `limiter` lacked.
  void trade(std::shared_ptr<limit::KeyLimiter> limiter, Done done);

  /// Until `leave` has been called and was heard, or the time for that is over.
  [[nodiscard]] net::Task<> run();
  /// No limited call is admitted any more.
  void leave();

 private:
  [[nodiscard]] net::Task<> converse(Connection& connection);
  [[nodiscard]] net::Task<bool> greet(Connection& connection, MonotonicTime deadline);
  [[nodiscard]] net::Task<> pause(MonotonicTime until);
  void answer(std::vector<Done>& waiting, bool is_away);
  void report(bool is_away, const std::string& why);

  Settings settings_;
  Url url_;
  net::Executor executor_;
  net::WorkerPool& pool_;
  shares::Agent agent_;
  net::Timer woken_;
  std::string run_id_;
  std::string script_;  ///< its digest, by which the server knows it
  bool is_away_ = false;
  bool was_reported_ = false;
  std::vector<Done> waiting_;  ///< for the next trade
  std::vector<Done> trading_;  ///< for the one on its way
};

}  // namespace weir::redis
