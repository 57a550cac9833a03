/// The tokens, images and characters that a call is charged for. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "dialect/token_usage.hpp"
#include "limit/meters.hpp"

namespace weir::gateway {

/// The progress of an upstream's work on a call.
struct Work {
  bool reached = false;    ///< it has the request, and has not refused it
  bool succeeded = false;  ///< it answered with a 2xx, to its end
  bool finished = false;   ///< its event stream said that it was at its end
  bool streamed = false;   ///< its answer is an event stream
  /// The client has a part of the answer, or left before it had any.
  bool was_taken = false;
  bool client_left = false;
  dialect::TokenUsage reported = {};
  std::optional<std::int64_t> images = {};  ///< delivered; nothing: the answer does not say
  std::int64_t characters = 0;              ///< of the request, to be spoken
};

/// Tokens by the texts that passed.
struct Estimate {
  std::int64_t prompt = 0;
  std::int64_t answer = 0;
  std::int64_t unreported = 0;  ///< part of the answer: what came after the last report
};

struct Bill {
  dialect::TokenUsage usage;  ///< as reported, with estimates of what was not
  limit::Claim claim;         ///< what the limits count
  bool estimated = false;     ///< the tokens were not reported, or not all of them
  std::int64_t characters = 0;
};

/// `claimed`: what was reserved for the call. Nothing is estimated if no tokens were claimed. An
/// upstream that refused the call, or was never reached, has done nothing.
[[nodiscard]] Bill compute_bill(const Work& work, const limit::Claim& claimed,
                                const Estimate& estimate);

/// True if the bill needs the prompt's estimate.
[[nodiscard]] bool needs_prompt(const Work& work, const limit::Claim& claimed);

}  // namespace weir::gateway
