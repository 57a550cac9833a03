/// Server-sent events: splitting a stream, and reading data and name of an event. Events keep their
/// original bytes.
///
/// Lines end with LF, CRLF or CR, in any mixture; a blank line ends an event.
///
/// Source: WHATWG HTML §9.2.5 (parsing an event stream), §9.2.6 (interpreting one).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::codec {

/// Separates complete events from an incomplete one at the end.
///
/// Threads: one owner at a time. Lifetime: value type.
class SseSplitter {
 public:
  explicit SseSplitter(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}

  /// How many bytes at the start of `bytes` are complete events, each with its blank line; a blank
  /// line on its own counts as an event without data. Pass the rest again at the start of the next
  /// call, with more bytes; it is not scanned twice.
  ///
  /// A CR at the very end may be half of a CRLF, so it ends nothing until a byte follows.
  /// Errors: upstream_answer_too_large if the first event, complete or not, is longer than the
  ///         bound; events before it are returned first.
  [[nodiscard]] Result<std::size_t> whole_events(std::string_view bytes);

  /// Prepares for another stream.
  void reset();

 private:
  std::size_t max_event_bytes_;
  std::size_t seen_ = 0;  // bytes of the next call that were scanned
  std::size_t line_ = 0;  // start of the unfinished line in them
};

/// Removes the first event, with its blank line, from `events`, which holds complete ones. Without
/// a blank line it takes all bytes.
[[nodiscard]] std::string_view take_event(std::string_view& events);

/// The event's data, or empty if it has none: a comment, or other fields only. A single data line
/// is a view into `event`; several are joined by LF in `scratch`.
[[nodiscard]] std::string_view event_data(std::string_view event, std::string& scratch);

/// The value of the last `event:` field; empty if there is none.
[[nodiscard]] std::string_view event_name(std::string_view event);

}  // namespace weir::codec
