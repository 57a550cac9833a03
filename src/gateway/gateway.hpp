/// What the calls of one I/O thread have in common: connections to upstreams, metrics, counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/scope.hpp"
#include "gateway/call_metrics.hpp"
#include "gateway/call_record.hpp"
#include "gateway/directory.hpp"
#include "gateway/request_token.hpp"
#include "http/handler.hpp"
#include "limit/key_limiter.hpp"
#include "limit/token_forecast.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"
#include "upstream/pool.hpp"
#include "usage/recorder.hpp"

namespace weir::gateway {

/// Called with an upstream and one of its model ids, on any I/O thread.
using NotServed = std::function<void(const std::string& upstream, const std::string& model)>;

/// What the gateways of all threads share. Lifetime: outlives them.
struct Shared {
  RequestSeal request_seal;  ///< the same on all nodes
  net::WorkerPool& resolvers;
  limit::TokenForecast forecast = {};
  std::atomic<std::int64_t> buffered_bytes{0};  ///< of request bodies
  std::size_t max_connections = SIZE_MAX;       ///< to upstreams, per thread
  /// An upstream that was only assumed to serve a model, or a model's path, has answered a call
  /// that it does not. Empty: nobody is told. Set before the first call.
  NotServed not_served = {};
};

/// One call, as the API has let it in. The exchange outlives the call; the rest is held by it.
struct CallInput {
  http::Exchange& exchange;
  CallRecord& record;
  catalogue::Endpoint endpoint;
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::shared_ptr<const Directory> directory;
  std::shared_ptr<const catalogue::Scope> scope;
  std::shared_ptr<limit::KeyLimiter> limiter;
  /// The caller's, of a call that submits a video or asks for one; empty for all other calls.
  std::string key_identity;
  /// Complete lines that every answer has.
  std::string fields;
};

/// Why a call was not answered by an upstream; the API gives it the shape of its errors.
struct Refusal {
  Errc code;
  std::string message;  ///< empty: the code's own
  std::optional<std::chrono::seconds> retry_after;
  std::string fields;  ///< complete lines
};

/// Threads: one I/O thread. Lifetime: outlives its calls.
class Gateway {
 public:
  Gateway(Shared& shared, usage::Recorder::Cell& usage, telemetry::Registry& registry);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

 private:
  friend class Call;

  [[nodiscard]] std::uint64_t random();
  [[nodiscard]] upstream::Pool& pool_for(http::ClientStream& client, const Directory& directory);

  Shared& shared_;
  usage::Recorder::Cell& usage_;
  CallMetrics metrics_;
  std::unique_ptr<upstream::Pool> pool_;  ///< made with the first call, on the thread it is for
  std::uint64_t directory_ = 0;  ///< serial of the one that the pool was set up for; 0: none
  std::uint64_t random_;
};

}  // namespace weir::gateway
