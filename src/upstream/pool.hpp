/// One thread's connections to upstreams; idle ones are kept for later calls.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/server_stream.hpp"
#include "http/tls_client.hpp"
#include "net/deadline.hpp"
#include "net/peer_limits.hpp"
#include "net/resolve.hpp"
#include "net/worker_pool.hpp"
#include "upstream/upstream.hpp"

namespace weir::upstream {

/// Keyed by the upstream object, so that a connection can never carry a call to another one: name,
/// address and TLS identity belong to the upstream, and the key is sent with each request.
///
/// Threads:  its executor's.
/// Lifetime: outlives the connections taken from it; `sweeper` and `resolvers` outlive it.
class Pool final : private http::ServerStream::IdleObserver {
 public:
  struct Limits {
    std::size_t max_idle = 32;  ///< per upstream
    /// Bound that idle connections are kept within: idle ones plus those of calls in progress, of
    /// all upstreams.
    std::size_t max_connections = SIZE_MAX;
    std::chrono::milliseconds idle_timeout{60'000};
    std::size_t max_head_bytes = 64 << 10;
    net::PeerLimits peer = {};
  };

  Pool(net::Executor executor, net::DeadlineSweeper& sweeper, net::WorkerPool& resolvers);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  void configure(const Limits& limits) { limits_ = limits; }

  /// Removes the upstreams for which `is_gone(upstream)` is true, and closes their connections.
  template <class F>
  void forget_if(F&& is_gone) {
    std::erase_if(places_, [&](const auto& entry) {
      const bool gone = is_gone(*entry.first);
      if (gone) idle_ -= entry.second.idle.size();
      return gone;
    });
  }

  // Every connection that was taken or made must be returned by give_back().

  /// The most recently used idle connection; null if there is none.
  [[nodiscard]] http::ServerStream::Ptr take_idle(const Upstream& upstream);

  /// A new connection, not connected yet.
  [[nodiscard]] http::ServerStream::Ptr make();

  /// Errors: as ServerStream::connect, and those of resolving.
  [[nodiscard]] net::Task<Result<>> connect(http::ServerStream& stream,  // outlives the task
                                            std::shared_ptr<Upstream> upstream,
                                            MonotonicTime deadline);

  /// Keeps a connection for the next call if `may_keep` and another call can follow on it;
  /// otherwise closes it. Beyond the bound, closes the oldest idle one of the upstream with most.
  void give_back(const std::shared_ptr<Upstream>& upstream, http::ServerStream::Ptr stream,
                 bool may_keep, MonotonicTime now);

  [[nodiscard]] std::size_t idle() const { return idle_; }

 private:
  struct Place {
    std::shared_ptr<Upstream> upstream;  ///< keeps the map's key from being reused
    std::vector<http::ServerStream::Ptr> idle;
    net::Endpoints endpoints;
    MonotonicTime endpoints_until = MonotonicTime::min();
  };

  [[nodiscard]] Place& place_of(const std::shared_ptr<Upstream>& upstream);
  void close_oldest_idle();  // REQUIRES: there is one
  void idle_ended(http::ServerStream& stream) override;
  [[nodiscard]] http::TlsClient& tls_client(const http::TlsSettings& settings);

  net::Executor executor_;
  net::DeadlineSweeper& sweeper_;
  net::WorkerPool& resolvers_;
  Limits limits_;
  std::unordered_map<const Upstream*, Place> places_;
  std::size_t idle_ = 0;    ///< of all upstreams
  std::size_t in_use_ = 0;  ///< taken or made, and not returned
  std::vector<std::unique_ptr<http::TlsClient>> tls_;
};

}  // namespace weir::upstream
