/// Finds a delimiter line of a multipart body, in linear time for any bytes.
///
/// It tests 16 bytes at a time; a candidate is a CR or LF followed by the delimiter's first three
/// bytes. A delimiter has neither CR nor LF, so no byte is compared for two candidates: searching
/// for the delimiter itself took 50 times as long on a delimiter and content of dashes.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::codec {

/// The first position of `delimiter` directly after a CR or LF; npos if there is none.
/// REQUIRES: a delimiter of two dashes and at least one byte more, without CR and LF.
[[nodiscard]] std::size_t find_line_dashes(std::string_view text, std::string_view delimiter);

}  // namespace weir::codec
