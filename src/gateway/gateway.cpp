#include "gateway/gateway.hpp"

#include <random>
#include <utility>

#include "http/client_stream.hpp"

namespace weir::gateway {

Gateway::Gateway(Shared& shared, usage::Recorder::Cell& usage, telemetry::Registry& registry)
    : shared_(shared),
      usage_(usage),
      metrics_(registry, shared.model_labels),
      body_buffers_(shared.kept_bytes),
      random_(std::random_device{}()) {}
Gateway::~Gateway() = default;

// splitmix64: the choice must be uniform, not unpredictable.
std::uint64_t Gateway::random() {
  auto random = random_ += 0x9E3779B97F4A7C15;
  random = (random ^ random >> 30) * 0xBF58476D1CE4E5B9;
  random = (random ^ random >> 27) * 0x94D049BB133111EB;
  return random ^ random >> 31;
}

upstream::Pool& Gateway::pool_for(http::ClientStream& client, const Directory& directory) {
  if (!pool_) {
    pool_ = std::make_unique<upstream::Pool>(client.socket().get_executor(), client.sweeper(),
                                             shared_.resolvers);
    shared_.waiting.add(client.socket().get_executor(), waiting_);
  }
  if (std::exchange(directory_, directory.serial()) == directory.serial()) return *pool_;
  pool_->forget_if([&](const upstream::Upstream& upstream) {
    const auto* known = directory.find(upstream.address().name);
    return known == nullptr || known->upstream.get() != &upstream;
  });
  const auto& settings = directory.settings();
  pool_->configure({.max_idle = static_cast<std::size_t>(settings.max_idle_connections),
                    .max_connections = shared_.max_connections,
                    .idle_timeout = settings.idle_connection_timeout,
                    .max_head_bytes = static_cast<std::size_t>(settings.max_response_head_bytes),
                    .peer = {.keepalive_interval = settings.keepalive_interval,
                             .unacknowledged = settings.unacknowledged_timeout}});
  return *pool_;
}

}  // namespace weir::gateway
