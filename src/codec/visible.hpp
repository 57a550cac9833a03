/// Text from elsewhere, made safe to show: nothing in it can steer a terminal, reorder a line or
/// hide. For tables, messages and logs; never for what a program reads as the value itself.
///
/// Spelled out are control characters (C0, DEL, C1), line and paragraph separators, bidirectional
/// marks, and what has no shape of its own, such as zero-width characters, fillers, tags and
/// variation selectors; everything else, backslashes too, stays.
///
/// Source: The Unicode Standard, chapter 23; DerivedCoreProperties.txt 16.0,
/// Default_Ignorable_Code_Point; UAX #9 (bidirectional marks); ECMA-48 (C0, C1).
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// `text` on one line: control characters of ASCII and bytes that are not UTF-8 as `\x1b`, other
/// characters as `\u{202e}`. Applied again it changes nothing.
[[nodiscard]] std::string visible_text(std::string_view text);

/// The same value as JSON: `json` with those characters of its strings as JSON's own `\u202e`.
/// REQUIRES: `json` is well-formed and in UTF-8.
[[nodiscard]] std::string visible_json(std::string json);

}  // namespace weir::codec
