/// Streams of JSON texts, one in each line.
///
/// Source: github.com/ndjson/ndjson-spec 1.0: lines end with LF, perhaps behind a CR.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::codec {

/// How many bytes at the start of `bytes` are complete lines, each with its LF.
[[nodiscard]] std::size_t whole_lines(std::string_view bytes);

/// Removes the first line, with its LF, from `lines`. Without an LF it takes all bytes.
[[nodiscard]] std::string_view take_line(std::string_view& lines);

/// The JSON text of a line; empty for a blank one.
[[nodiscard]] std::string_view line_data(std::string_view line);

}  // namespace weir::codec
