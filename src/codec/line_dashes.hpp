/// Finds a delimiter line of a multipart body, in time that is linear whatever the bytes are.
///
/// Of 16 bytes at a time, those are candidates that are a CR or LF with the delimiter's first three
/// bytes behind it.
/// A delimiter has neither CR nor LF, so no byte is compared for two candidates: searching for the
/// delimiter itself took 50 times as long where it and the content are dashes.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::codec {

/// Where `delimiter` first stands directly after a CR or LF; npos if it does nowhere.
/// REQUIRES: a delimiter of two dashes and at least one byte more, without CR and LF.
[[nodiscard]] std::size_t find_line_dashes(std::string_view text, std::string_view delimiter);

}  // namespace weir::codec
