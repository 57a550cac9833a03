/// The record of one call, for the access log, metrics and usage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "catalogue/endpoint.hpp"
#include "dialect/token_usage.hpp"
#include "limit/limits.hpp"

namespace weir::gateway {

/// How far a call progressed. The enumerator is the log word.
enum class Phase : std::uint8_t {
  receiving,   ///< reading the request's body
  admitting,   ///< checking model, permission and limits
  queued,      ///< waiting for a slot at an upstream
  connecting,  ///< to the upstream
  sending,     ///< the request is being sent
  waiting,     ///< for the first byte of the answer
  answering,   ///< the answer is being forwarded
  done,
};
[[nodiscard]] std::string_view name(Phase phase);

/// Reused for each call of a connection until that is idle, so that its strings allocate once.
struct CallRecord {
  std::optional<catalogue::Endpoint> endpoint;  ///< none: the exchange was not a call
  std::string model;                            ///< the client's id, once it is known to exist
  std::string upstream;             ///< the last one tried; while queued, the one waited for
  std::string upstream_request_id;  ///< as its last answer says; empty: it does not
  Phase phase = Phase::receiving;
  int attempts = 0;
  bool streamed = false;
  std::optional<limit::Dimension> limited_by;
  dialect::TokenUsage usage;
  bool estimated = false;  ///< the upstream reported no usage, or only part of it
  std::int64_t charged_tokens = 0;
  std::int64_t images = 0;
  std::uint64_t events = 0;
  // Each is the epoch if it was not reached.
  MonotonicTime received;     ///< the request was received
  MonotonicTime sent;         ///< the request was sent to the upstream
  MonotonicTime first_byte;   ///< of the answer's head
  MonotonicTime first_event;  ///< of its body
  MonotonicTime complete;     ///< the whole answer was received
  /// Time spent by this process: from the request's receipt to its being sent, and from the
  /// answer's first byte to its being forwarded.
  MonotonicClock::duration overhead{0};

  void reset();
};

}  // namespace weir::gateway
