/// Tells an answer from an error, by the first bytes of one with a good status, while nothing of
/// it was forwarded. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/answer_reader.hpp"

namespace weir::gateway {

enum class Beginning : std::uint8_t {
  unknown,    ///< more of it tells
  answer,     ///< the client may have it
  error,      ///< an error event before any text, or an error as the whole body
  text,       ///< plain text instead of JSON
  page,       ///< HTML instead of JSON
  empty,      ///< no body
  no_events,  ///< a stream that ended before its first event
};

struct BeginningSeen {
  AnswerForm declared = AnswerForm::json;  ///< by its Content-Type
  AnswerForm form = AnswerForm::json;      ///< as its bytes tell
  std::string_view bytes = {};             ///< so far
  bool done = false;                       ///< that is all of it
  bool failed = false;                     ///< it began with an error, or is one
  std::uint64_t events = 0;
  bool finished = false;  ///< its last event is among them
};

/// A JSON answer that is shorter may be an error whose name is still to come.
inline constexpr std::size_t kMaxUnknownBytes = 4096;

[[nodiscard]] Beginning judge_beginning(const BeginningSeen& seen);

}  // namespace weir::gateway
