/// A second attempt beside one that keeps its caller waiting (`calls.hedge_after`).
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/admission.hpp"
#include "gateway/attempt.hpp"
#include "gateway/call_context.hpp"
#include "gateway/choice.hpp"
#include "net/deadline.hpp"
#include "net/task_group.hpp"

namespace weir::gateway {

/// Makes a second attempt, at another upstream, if it is still there after `calls.hedge_after`. The
/// first answer wins, and the other attempt ends as a cancelled one.
///
/// Threads:  the client's.
/// Lifetime: what it is made from outlives it. Ends when the first attempt has ended: if
///           has_begun(), after finish().
class Hedge final : private net::Deadline {
 public:
  /// The attempt in progress, and what it was chosen by.
  struct First {
    Attempt& attempt;  ///< stays where it is until finish() has ended
    Routes routes;
    RouteSet tried;                      ///< with its own route
    MonotonicClock::duration elsewhere;  ///< spent on attempts before it
  };

  Hedge(CallContext& context, const Admitted& admitted, Received& received, First first);

  /// Whether there is, or was, a second attempt.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

  /// Once the first attempt has ended: with an answer, whose bytes are held, or because it
  /// `has_failed`, in which case the other is waited for. The second attempt, if it has the answer;
  /// it then uses the call's record. Else it has been concluded.
  [[nodiscard]] net::Task<std::optional<Attempt>> finish(bool has_failed);

  /// The second attempt's route, if that brought no answer.
  [[nodiscard]] const std::optional<std::size_t>& failed_route() const { return failed_route_; }

 private:
  enum class Winner : std::uint8_t { none, first, second };

  void on_expired() override;
  /// Nothing: no other route is trusted, has room, and may be tried within the retry budget.
  [[nodiscard]] std::optional<Attempt> make_attempt();
  [[nodiscard]] net::Task<> run();

  CallContext& context_;
  const Admitted& admitted_;
  Received& received_;
  First first_;
  CallRecord record_;  ///< of the second attempt, until it wins
  Outbound outbound_;  ///< of its request
  std::optional<Attempt> second_;
  std::optional<std::size_t> failed_route_;
  Winner winner_ = Winner::none;
  bool has_begun_ = false;
  net::TaskGroup tasks_;
};

}  // namespace weir::gateway
