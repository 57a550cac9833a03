/// Makes external text safe to display: it cannot control a terminal, reorder a line or hide. For
/// tables, messages and logs; never for text that a program parses.
///
/// Escapes control characters (C0, DEL, C1), line and paragraph separators, bidirectional marks,
/// and invisible characters, such as zero-width ones, fillers, tags and variation selectors;
/// everything else, backslashes too, is unchanged.
///
/// Source: The Unicode Standard, chapter 23; DerivedCoreProperties.txt 16.0,
/// Default_Ignorable_Code_Point; UAX #9 (bidirectional marks); ECMA-48 (C0, C1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::codec {

/// `text` on one line: ASCII control characters and bytes that are not UTF-8 as `\x1b`, other
/// characters as `\u{202e}`. Idempotent.
[[nodiscard]] std::string visible_text(std::string_view text);

/// Bytes of a text that an error repeats.
inline constexpr std::size_t kExcerptBytes = 128;

/// visible_text of the beginning of `text`, at most kExcerptBytes of it; an ellipsis stands for the
/// rest.
[[nodiscard]] std::string visible_excerpt(std::string_view text);

/// The same value as JSON, with those characters in its strings as JSON's own `\u202e`.
/// REQUIRES: `json` is well-formed and in UTF-8.
[[nodiscard]] std::string visible_json(std::string json);

}  // namespace weir::codec
