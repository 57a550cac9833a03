#include "upstream/pool.hpp"

#include <algorithm>

namespace weir::upstream {
namespace {

// A name may change its address, but resolving it for each connection would cost more than
// connecting.
constexpr std::chrono::seconds kNameLifetime{30};

}  // namespace

Pool::Pool(net::Executor executor, net::DeadlineSweeper& sweeper, net::WorkerPool& resolvers)
    : executor_(executor), sweeper_(sweeper), resolvers_(resolvers) {}
Pool::~Pool() = default;

http::ServerStream::Ptr Pool::take_idle(const Upstream& upstream) {
  const auto place = places_.find(&upstream);
  if (place == places_.end() || place->second.idle.empty()) return nullptr;
  auto stream = std::move(place->second.idle.back());
  place->second.idle.pop_back();
  --idle_;
  ++in_use_;
  return stream;
}

http::ServerStream::Ptr Pool::make() {
  ++in_use_;
  return http::ServerStream::make(executor_, sweeper_, limits_.max_head_bytes);
}

net::Task<Result<>> Pool::connect(http::ServerStream& stream, std::shared_ptr<Upstream> upstream,
                                  MonotonicTime deadline) {
  if (stream.aborted()) co_return fail(*stream.aborted());
  const auto& [name, origin, tls] = upstream->address();
  net::Endpoints endpoints;
  if (Place& place = place_of(upstream); monotonic_now() < place.endpoints_until) {
    endpoints = place.endpoints;
  } else {
    auto resolving =
        net::resolve(resolvers_, origin.host, origin.port, deadline, stream.interrupt());
    auto resolved = co_await std::move(resolving);
    if (stream.aborted()) co_return fail(*stream.aborted());
    if (!resolved) {
      const bool late = resolved.error().code == Errc::deadline_exceeded;
      co_return fail(late ? Errc::upstream_connect_timeout : Errc::upstream_unreachable,
                     resolved.error().detail);
    }
    endpoints = std::move(*resolved);
    Place& known = place_of(upstream);  // the map may have changed while resolving
    known.endpoints = endpoints;
    known.endpoints_until = monotonic_now() + kNameLifetime;
  }
  auto* client = origin.tls ? &tls_client(tls) : nullptr;
  auto connecting = stream.connect(endpoints, origin, client);
  const auto connected = co_await std::move(connecting);
  if (!connected) co_return std::unexpected(connected.error());
  stream.limit_peer(limits_.peer);
  // The next connection begins with the address that answered.
  if (const auto place = places_.find(upstream.get());
      place != places_.end() && place->second.endpoints == endpoints) {
    const auto first = place->second.endpoints.begin();
    const auto answered = first + static_cast<std::ptrdiff_t>(*connected);
    std::rotate(first, answered, answered + 1);
  }
  co_return Result<>{};
}

void Pool::give_back(const std::shared_ptr<Upstream>& upstream, http::ServerStream::Ptr stream,
                     bool may_keep, MonotonicTime now) {
  --in_use_;
  Place& place = place_of(upstream);
  if (!may_keep || !stream->reusable() || place.idle.size() >= limits_.max_idle) return;
  while (idle_ > 0 && idle_ + in_use_ >= limits_.max_connections) close_oldest_idle();
  if (in_use_ >= limits_.max_connections) return;
  stream->become_idle(*this, now + limits_.idle_timeout);
  place.idle.push_back(std::move(stream));
  ++idle_;
}

void Pool::close_oldest_idle() {
  const auto most = std::ranges::max_element(
      places_, {}, [](const auto& entry) { return entry.second.idle.size(); });
  most->second.idle.erase(most->second.idle.begin());
  --idle_;
}

Pool::Place& Pool::place_of(const std::shared_ptr<Upstream>& upstream) {
  Place& place = places_[upstream.get()];
  if (!place.upstream) place.upstream = upstream;
  return place;
}

void Pool::idle_ended(http::ServerStream& stream) {
  for (auto& [upstream, place] : places_) {
    const auto ended = std::ranges::find(place.idle, &stream, &http::ServerStream::Ptr::get);
    if (ended == place.idle.end()) continue;
    place.idle.erase(ended);
    --idle_;
    return;
  }
}

http::TlsClient& Pool::tls_client(const http::TlsSettings& settings) {
  for (auto& client : tls_) {
    if (client->settings() == settings) return *client;
  }
  return *tls_.emplace_back(std::make_unique<http::TlsClient>(settings, resolvers_));
}

}  // namespace weir::upstream
