/// Accounts for a call that was admitted: limits, forecast, usage and the call's record.
#pragma once

#include <utility>

#include "gateway/admission.hpp"
#include "gateway/bill.hpp"
#include "gateway/call_context.hpp"

namespace weir::gateway {

/// Threads: the client's. Lifetime: what it is made from outlives it.
class Settlement {
 public:
  Settlement(CallContext& context, Admitted& admitted) : context_(context), admitted_(admitted) {}

  /// Whether the upstream has the request, and has not refused it.
  void set_reached(bool reached) { work_.reached = reached; }
  /// The upstream answered with a 2xx, to its end.
  void set_succeeded() { work_.succeeded = true; }
  /// The event stream said that it was at its end.
  void set_finished() { work_.finished = true; }

  /// Only the first time has an effect.
  void settle(MonotonicTime now);

 private:
  [[nodiscard]] Bill make_bill();

  CallContext& context_;
  Admitted& admitted_;
  Work work_;
  bool is_settled_ = false;
};

}  // namespace weir::gateway
