/// Comments to a client that waits for the first event of its stream: something on the way to it
/// may cut a connection on which nothing is sent.
#pragma once

#include <chrono>
#include <cstddef>

#include "gateway/admission.hpp"
#include "gateway/call_context.hpp"
#include "net/deadline.hpp"

namespace weir::gateway {

/// They commit the status to 200, and begin no answer: another upstream may still be tried.
///
/// Threads:  the client's.
/// Lifetime: until the first event, or the call's end; `context` and `admitted` outlive it.
class WaitingComments final : private net::Deadline {
 public:
  WaitingComments(CallContext& context, const Admitted& admitted,
                  std::chrono::milliseconds interval);

 private:
  void on_expired() override;
  void begin();

  CallContext& context_;
  const Admitted& admitted_;
  const std::size_t own_fields_;  ///< without those of an answer that is waited for
  const std::chrono::milliseconds interval_;
};

}  // namespace weir::gateway
