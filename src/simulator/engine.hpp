/// The built-in engine: takes any request and returns the script of its answer.
///
/// Pure: no I/O, no clock, no randomness. Texts, numbers, images and audio are derived from the
/// request alone, so the same request has the same answer, streamed or not; only `created` and the
/// progress of a video depend on the time.
///
/// A request may ask for faults in a body member (or form field) of its own; all of it is optional,
/// and an unknown member is a 400:
///
///     "simulator": {"delay_ms": 500,            wait before the head, instead of the usual time
///                   "status": 503,              answer this error (400 to 599)
///                   "retry_after_s": 2,         with Retry-After
///                   "cut_after_events": 3,      close the connection after 3 events of a stream,
///                                               or half-way through an answer that is none
///                   "stall_after_events": 3,    as above, but say nothing more and stay
///                   "tokens": 200,              length of the answer
///                   "token_ms": 5}              time from one token to the next
///
/// A token is a word, or one Chinese, Japanese or Korean character; usage is counted by that.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "simulator/script.hpp"
#include "simulator/settings.hpp"

namespace weir::simulator {

/// Lifetime: views into the caller's data; a script keeps none of them.
struct Call {
  std::string_view method;
  std::string_view path;   ///< with or without /v1
  std::string_view query;  ///< without '?'
  std::string_view content_type;
  std::string_view body;
  WallTime now;
};

/// Never fails: a request that cannot be served gets an error, in SiliconFlow's form.
[[nodiscard]] Script answer(const Call& call, const Settings& settings);

}  // namespace weir::simulator
