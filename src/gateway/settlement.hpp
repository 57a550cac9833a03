/// Accounts for a call that was admitted: limits, forecast, usage and the call's record.
#pragma once

#include <utility>

#include "gateway/admission.hpp"
#include "gateway/bill.hpp"
#include "gateway/call_context.hpp"

namespace weir::gateway {

/// Threads: the client's. Lifetime: `context` outlives it.
class Settlement {
 public:
  /// Takes the reservation; the rest of `admitted` is copied.
  Settlement(CallContext& context, Admitted& admitted)
      : context_(context),
        shape_(admitted.shape),
        claim_(admitted.claim),
        reservation_(std::move(admitted.reservation)),
        wants_stream_(admitted.wants_stream) {}

  /// Whether the upstream has the request, and has not refused it.
  void set_reached(bool reached) { work_.reached = reached; }
  /// The upstream answered with a 2xx, to its end.
  void set_succeeded() { work_.succeeded = true; }
  /// The event stream said that it was at its end.
  void set_ended() { work_.ended = true; }

  /// Only the first time has an effect.
  void settle(MonotonicTime now);

 private:
  [[nodiscard]] Bill make_bill();

  CallContext& context_;
  limit::CallShape shape_;
  limit::Claim claim_;
  limit::Reservation reservation_;
  Work work_;
  bool wants_stream_;
  bool is_settled_ = false;
};

}  // namespace weir::gateway
