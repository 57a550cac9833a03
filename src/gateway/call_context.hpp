/// The state that the stages of one call share.
#pragma once

#include "gateway/client_watch.hpp"
#include "gateway/gateway.hpp"
#include "http/client_stream.hpp"

namespace weir::gateway {

/// Threads:  the client's.
/// Lifetime: stays where it is until the call has ended.
struct CallContext {
  CallContext(Gateway& its_gateway, CallInput&& its_input)
      : gateway(its_gateway),
        input(std::move(its_input)),
        client(*input.exchange.client),
        watch(client) {}

  [[nodiscard]] CallRecord& record() const { return input.record; }
  [[nodiscard]] const upstream::Settings& settings() const { return input.directory->settings(); }

  Gateway& gateway;
  CallInput input;
  http::ClientStream& client;
  ClientWatch watch;
};

}  // namespace weir::gateway
