/// Common forms of a script.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "simulator/script.hpp"

namespace weir::simulator::detail {

/// The whole answer in one piece, after `wait`.
[[nodiscard]] Script whole_answer(std::string content_type, std::string body,
                                  std::chrono::milliseconds wait);
[[nodiscard]] Script json_answer(std::string body, std::chrono::milliseconds wait);
/// Piece by piece, each after its own wait; `wait` comes before the head.
[[nodiscard]] Script streamed_answer(std::string content_type, Steps body,
                                     std::chrono::milliseconds wait);
[[nodiscard]] Script event_stream(Steps events, std::chrono::milliseconds wait);

/// An event without a name; `data` is one line.
[[nodiscard]] Step event(std::chrono::milliseconds wait, std::string_view data);
[[nodiscard]] Step named_event(std::chrono::milliseconds wait, std::string_view name,
                               std::string_view data);

/// Ends `script` early: after the given number of events of a stream, half-way through any other
/// body.
[[nodiscard]] Script broken_off(Script script, std::size_t events, End end);

}  // namespace weir::simulator::detail
