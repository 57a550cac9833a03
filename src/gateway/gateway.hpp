/// State that the calls of one I/O thread share: connections to upstreams, metrics, counts.
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
#include "dialect/family.hpp"
#include "gateway/body_buffers.hpp"
#include "gateway/body_memory.hpp"
#include "gateway/call_metrics.hpp"
#include "gateway/call_record.hpp"
#include "gateway/directory.hpp"
#include "gateway/failed_requests.hpp"
#include "gateway/fault_notes.hpp"
#include "gateway/model_labels.hpp"
#include "gateway/request_token.hpp"
#include "gateway/session_request.hpp"
#include "gateway/stored_call.hpp"
#include "gateway/waiting_calls.hpp"
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

/// State that the gateways of all threads share. Lifetime: outlives them.
struct Shared {
  RequestSeal request_seal;  ///< for request ids; the same on all nodes
  net::WorkerPool& resolvers;
  net::WorkerPool& workers;  ///< for what takes long, such as decoding a large body
  limit::TokenForecast forecast = {};
  BodyMemory body_memory = {};              ///< bodies and events held in memory
  std::atomic<std::int64_t> kept_bytes{0};  ///< memory of bodies, kept for later ones
  std::size_t max_connections = SIZE_MAX;   ///< to upstreams, per thread
  WaitingCalls waiting = {};
  FailedRequests failed_requests = {};
  FaultNotes faults = {};  ///< for the operator
  ModelLabels model_labels = {};
  /// Called when an upstream answers that it does not serve a model, or a model's path, that it was
  /// only assumed to serve. May be empty. Set before the first call.
  NotServed not_served = {};
};

/// One call, as admitted by the API. The exchange outlives the call, which owns the rest.
struct CallInput {
  http::Exchange& exchange;
  CallRecord& record;
  catalogue::Endpoint endpoint;
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::shared_ptr<const Directory> directory;
  std::shared_ptr<const catalogue::Scope> scope;
  std::shared_ptr<limit::KeyLimiter> limiter;
  /// The key of a call with an id that is sealed for it; empty for all other calls.
  std::string key_identity;
  /// Tells the key from others while it does not change; 0: unknown.
  std::uint64_t key_number = 0;
  /// A hash of the key's name; only if it decides which upstream is called.
  std::uint64_t key_hash = 0;
  /// Complete field lines for every answer.
  std::string fields;
  /// The model that the path names; empty: the body does.
  std::string model = {};
  /// How the client wants a stream to be framed, if it may choose.
  std::optional<dialect::Framing> framing = {};
  /// Null unless the path names what an upstream keeps.
  std::unique_ptr<StoredCall> stored = nullptr;
  /// Null unless the call is a realtime session.
  std::unique_ptr<SessionRequest> session = nullptr;
};

/// Threads: one I/O thread. Lifetime: outlives its calls.
class Gateway {
 public:
  Gateway(Shared& shared, usage::Recorder::Cell& usage, telemetry::Registry& registry);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] CallMetrics& metrics() { return metrics_; }
  [[nodiscard]] usage::Recorder::Cell& usage() { return usage_; }
  /// The calls of this thread that wait for the beginning of an answer.
  [[nodiscard]] WaitingCalls::OfThread& waiting() { return *waiting_; }
  [[nodiscard]] BodyBuffers& body_buffers() { return body_buffers_; }
  /// 64 random bits, to choose with.
  [[nodiscard]] std::uint64_t random();
  /// The connections of this thread; those to upstreams that `directory` does not list are closed.
  [[nodiscard]] upstream::Pool& pool_for(http::ClientStream& client, const Directory& directory);
  /// The same as it is. REQUIRES: pool_for() was called.
  [[nodiscard]] upstream::Pool& pool() { return *pool_; }

 private:
  Shared& shared_;
  usage::Recorder::Cell& usage_;
  CallMetrics metrics_;
  BodyBuffers body_buffers_;
  std::shared_ptr<WaitingCalls::OfThread> waiting_ = std::make_shared<WaitingCalls::OfThread>();
  std::unique_ptr<upstream::Pool> pool_;  ///< created by the first call, on the thread that uses it
  std::uint64_t directory_ = 0;  ///< serial of the directory that the pool was configured for; 0:
                                 ///< none
  std::uint64_t random_;
};

}  // namespace weir::gateway
