/// What became of one call: for the access log, metrics and usage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "catalogue/endpoint.hpp"
#include "gateway/token_usage.hpp"
#include "limit/limits.hpp"

namespace weir::gateway {

/// How far a call came. The enumerator is the log word.
enum class Phase : std::uint8_t {
  receiving,   ///< the request's body
  admitting,   ///< model, permission and limits
  queued,      ///< for a slot at an upstream
  connecting,  ///< to the upstream
  sending,     ///< the request to the upstream
  waiting,     ///< for the first byte of its answer
  answering,   ///< the answer to the client
  done,
};
[[nodiscard]] std::string_view name(Phase phase);

/// Used anew for each call of a connection until that is idle, so that its texts allocate once.
struct CallRecord {
  std::optional<catalogue::Endpoint> endpoint;  ///< none: the exchange was no call
  std::string model;                            ///< the client's id, once it is known to exist
  std::string upstream;  ///< the last one tried, or, while queued, waited for
  Phase phase = Phase::receiving;
  int attempts = 0;
  bool streamed = false;
  std::optional<limit::Dimension> limited_by;
  TokenUsage usage;
  bool estimated = false;  ///< the upstream reported no usage, or not all of it
  std::int64_t charged_tokens = 0;
  std::int64_t images = 0;
  std::uint64_t events = 0;
  // Each is the start of time where it was not reached.
  MonotonicTime received;     ///< the request was here
  MonotonicTime sent;         ///< the request was with the upstream
  MonotonicTime first_byte;   ///< of the answer's head
  MonotonicTime first_event;  ///< of its body
  MonotonicTime complete;     ///< all of the answer was here
  /// Ours alone: from the request received to its being sent, and from the answer's first byte to
  /// its being passed on.
  MonotonicClock::duration overhead{0};

  void reset();
};

}  // namespace weir::gateway
