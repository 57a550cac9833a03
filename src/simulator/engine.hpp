/// The built-in engine: any request in, the script of its answer out.
///
/// Pure: no I/O, no clock, no chance. Texts, numbers, pictures and sounds follow from the request
/// alone, so the same question has the same answer, streamed or not; only `created` and the
/// progress of a video follow the time.
///
/// A request may ask for trouble in a body member (or form field) of its own; all of it is
/// optional, and anything else in it is a 400:
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

/// Lifetime: views of the caller's; a script keeps none of them.
struct Call {
  std::string_view method;
  std::string_view path;   ///< with or without /v1
  std::string_view query;  ///< without '?'
  std::string_view content_type;
  std::string_view body;
  WallTime now;
};

/// Never fails: what cannot be answered is answered with an error, in SiliconFlow's form.
[[nodiscard]] Script answer(const Call& call, const Settings& settings);

}  // namespace weir::simulator
