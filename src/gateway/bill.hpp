/// The tokens and images that a call is charged for. Pure.
#pragma once

#include <cstdint>

#include "dialect/token_usage.hpp"
#include "limit/meters.hpp"

namespace weir::gateway {

/// The progress of an upstream's work on a call.
struct Work {
  bool reached = false;    ///< it has the request, and has not refused it
  bool succeeded = false;  ///< it answered with a 2xx, to its end
  bool finished = false;   ///< its event stream said that it was at its end
  bool streamed = false;   ///< its answer is an event stream, or one was asked for
  /// The client has a part of the answer, or left before it had any.
  bool was_taken = false;
  std::uint64_t events = 0;  ///< of the stream, so far
  dialect::TokenUsage reported = {};
};

struct Bill {
  dialect::TokenUsage usage;  ///< as reported, but for a stream that was cut short
  limit::Claim claim;         ///< what the limits count
  bool estimated = false;
};

/// `claimed`: what was reserved for the call; `prompt_tokens`: an estimate of the prompt
/// only, needed unless the call succeeded.
/// An upstream that refused the call, or was never reached, has done nothing.
[[nodiscard]] Bill compute_bill(const Work& work, const limit::Claim& claimed,
                                std::int64_t prompt_tokens);

}  // namespace weir::gateway
