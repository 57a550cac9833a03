/// Attempt outcomes: whose fault each one was, and whether another attempt is safe.
///
/// One row each; the breaker and the retry rule read nothing else. Generating is billed and not
/// idempotent, so only work that cannot have begun may be retried.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::upstream {

/// The enumerator is the log word and the metric label.
enum class Outcome : std::uint8_t {
  answered,             ///< any status without a row of its own here, most of 4xx included
  account_refused,      ///< Weir's key or account is not accepted, or has no credit
  forbidden,            ///< 403: of Weir's account, or of this request's contents
  model_refused,        ///< the upstream does not have the model that it is asked for
  not_found,            ///< 404 or the like: of the model, or of something that the request names
  not_offered,          ///< the upstream does not have the path, as not every server does
  rate_limited,         ///< 429
  overloaded,           ///< 503, and 529
  server_error,         ///< other 5xx except 501 and 505
  request_failed,       ///< the same, to a request that fails so at another upstream too
  no_socket,            ///< this machine had no descriptor, port or memory for a connection
  connect_failed,       ///< name, connection or TLS handshake failed or timed out; nothing was sent
  options_refused,      ///< the usage that Weir asked for is what the upstream does not accept
  stale_connection,     ///< a pooled connection closed before any byte of the answer
  reset_before_answer,  ///< the same on a connection made for this call
  first_byte_timeout,   ///< no head, or no first event of a stream, in time
  went_silent,          ///< no head, and the upstream's list or health showed that none will come
  no_answer,            ///< a good status with a page of some front end instead of an answer
  broken_answer,        ///< not HTTP, beyond a bound, or cut short
  stalled,              ///< silence within the answer for longer than idle_timeout
  total_timeout,        ///< the call used up its time, whatever its progress
  cancelled,            ///< the client left, or Weir ended the call itself
};

/// The evidence of an outcome about the upstream's health.
enum class Evidence : std::uint8_t {
  good,
  bad,
  weak,  ///< the request may be the reason: repeated, it puts a route in doubt, and no more
  none,
};

/// Where another attempt may go. `same` includes other upstreams.
enum class Again : std::uint8_t { never, elsewhere, same };

/// The subject that a bad outcome is evidence against.
enum class Level : std::uint8_t {
  model,     ///< the model at this upstream
  upstream,  ///< the upstream, with all of its models
};

/// The kind of a bad outcome.
enum class Trouble : std::uint8_t {
  connection,  ///< a list that the upstream answers disproves it
  answer,
};

struct OutcomeRow {
  std::string_view slug;
  Evidence evidence;
  Again again;  ///< by the outcome alone; see may_retry
  Level level = Level::model;
  Trouble trouble = Trouble::answer;
};

[[nodiscard]] const OutcomeRow& describe(Outcome outcome);

/// The outcome of a complete answer.
///
/// 501 and 505 are about the request: llama.cpp answers 501 to an embedding call if it was started
/// for chat, and must not be shut out for that. Source: RFC 9110 §15.6; 529 "overloaded" of the
/// Anthropic API's errors page, 2026.
[[nodiscard]] Outcome outcome_of_status(int status);

/// `can_replay`: the whole request body is still available. REQUIRES: nothing has been sent to the
/// client.
[[nodiscard]] Again may_retry(Outcome outcome, bool can_replay);

}  // namespace weir::upstream
