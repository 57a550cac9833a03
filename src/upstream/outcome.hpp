/// How one try at an upstream ended: whose fault that was, and whether another try is safe.
///
/// One row each; the breaker and the retry rule read nothing else. Generating is billed and not
/// idempotent, so only what cannot have begun may be tried again.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::upstream {

/// The enumerator is the log word and the metric label.
enum class Outcome : std::uint8_t {
  answered,             ///< any status without a line of its own here, 4xx included
  rate_limited,         ///< 429
  overloaded,           ///< 503, and 529
  server_error,         ///< the other 5xx, but 501 and 505
  no_socket,            ///< this machine had no descriptor, port or memory for a connection
  connect_failed,       ///< name, connection or TLS handshake, its time-out included; nothing sent
  stale_connection,     ///< an idle connection of the pool closed before any byte of an answer
  reset_before_answer,  ///< the same with a connection made for this call
  first_byte_timeout,   ///< no head, or of a stream no first event, in time
  broken_answer,        ///< not HTTP, beyond a bound, or cut short
  stalled,              ///< silence within the answer for longer than idle_timeout
  total_timeout,        ///< the call took its whole time, however well it went
  cancelled,            ///< the client left, or Weir ended the call itself
};
inline constexpr int kOutcomeCount = 13;

/// What an outcome says of the upstream's health.
enum class Evidence : std::uint8_t { good, bad, none };

/// Where another try may go. `same` includes other upstreams.
enum class Again : std::uint8_t { never, elsewhere, same };

struct OutcomeRow {
  std::string_view slug;
  Evidence evidence;
  Again again;  ///< as far as the outcome goes; see may_retry
};

[[nodiscard]] const OutcomeRow& describe(Outcome outcome);

/// The outcome of an answer that came whole.
///
/// 501 and 505 are about the request: llama.cpp says 501 to an embedding call when it was started
/// to chat, and would be shut out for what it does well. Source: RFC 9110 §15.6; 529 "overloaded"
/// of the Anthropic API's errors page, 2026.
[[nodiscard]] Outcome outcome_of_status(int status);

/// `can_replay`: all of the request's body is still at hand. `answering`: the client has been sent
/// something, be it a head; then there is no way back.
[[nodiscard]] Again may_retry(Outcome outcome, bool can_replay, bool answering);

}  // namespace weir::upstream
