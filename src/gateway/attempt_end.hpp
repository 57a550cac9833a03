/// How an attempt at an upstream ended, and what follows from it. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "dialect/fault.hpp"
#include "upstream/outcome.hpp"

namespace weir::gateway {

struct AttemptEnd {
  upstream::Outcome outcome = upstream::Outcome::answered;
  /// The error that the client gets if this was the last attempt; none: it has its answer.
  std::optional<Errc> error = {};
  std::optional<std::chrono::seconds> retry_after = {};
  std::string message = {};  ///< for the client; empty: the error's own
  std::string plain = {};    ///< as Refusal's
  /// The upstream's own answer may be shown to the client if no other attempt follows.
  bool is_showable = false;
};

/// An attempt that an error ended. `otherwise`: the outcome of an error that does not imply one.
[[nodiscard]] AttemptEnd classify_error(const Error& error, upstream::Outcome otherwise,
                                        bool client_left);

/// Which time limit passed, and how long it is; `sends`: while the request was sent. Empty for any
/// other error.
[[nodiscard]] std::string timeout_text(Errc code, MonotonicClock::duration limit, bool sends);

/// The state of a connection on which no head of an answer came.
struct NoHead {
  bool has_answered = false;  ///< something came, but no whole head
  bool reused = false;        ///< it was not the connection's first call
  bool at_once = false;       ///< the connection ended as soon as the request was sent
};
[[nodiscard]] AttemptEnd classify_no_head(const Error& error, const NoHead& connection,
                                          bool client_left);

/// A complete head, and what the body of an error says.
struct AnswerHead {
  int status = 200;
  dialect::Fault fault = dialect::Fault::unknown;
  std::optional<std::chrono::seconds> retry_after = {};
  bool names_model = false;    ///< the error does, and no other reason
  bool names_account = false;  ///< the request chooses an organization or a project
  bool names_request = false;  ///< the path asked for is that of an earlier request, as a video's
};
/// An attempt that was answered. An error of the upstream itself, or of Weir's account with it, is
/// not shown to the client.
[[nodiscard]] AttemptEnd classify_answer(const AnswerHead& answer);

/// Whether `status`, as the answer to a call of `endpoint`, says that the upstream has no such
/// route. It does so only for a route that was assumed: declared by the operator, or of a kind that
/// is `documented` to serve no path of the model's sub types; and only at the first path of one of
/// these. A 404 of another path may be about anything.
[[nodiscard]] bool denies_route(int status, const catalogue::Route& route,
                                catalogue::Endpoints documented, catalogue::SubTypes sub_types,
                                catalogue::Endpoint endpoint);

/// Whether an answer that was judged as `outcome` says that the upstream does not have the
/// endpoint, for those that not every server has. Some servers answer an unknown path with status
/// 200 and a page, or an error without a cause. Source: "Incorrect API endpoint handling in LM
/// Studio's server", lmstudio-ai/lmstudio-bug-tracker, 2025.
[[nodiscard]] bool lacks_endpoint(int status, upstream::Outcome outcome);

struct NextStep {
  bool is_retry = false;           ///< else `end` is final
  bool at_same_upstream = false;   ///< which may be chosen again
  bool counts = false;             ///< as one of the retries that a call may make
  bool takes_from_budget = false;  ///< the failed attempt may have cost the upstream something
};

/// After an attempt that brought no answer. `retries`: made so far, of at most `max_retries`.
/// `can_replay`: all of the request's body is still here. `is_repeatable`: the call may be made
/// twice, so that another upstream is tried where this one may have begun, and will not end.
[[nodiscard]] NextStep next_step(const AttemptEnd& end, bool can_replay, bool is_repeatable,
                                 int retries, int max_retries);

}  // namespace weir::gateway
