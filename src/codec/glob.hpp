/// Patterns over model ids: `*` matches any run of bytes, slashes included; `?` matches any one
/// byte; every other byte matches itself. Case-sensitive, without escapes or classes.
#pragma once

#include <string_view>

namespace weir::codec {

/// True if `text` has a `*` or `?` and is therefore a pattern.
[[nodiscard]] bool is_glob(std::string_view text);

/// True if all of `text` matches.
///
/// Cost: linear in `text` for a given pattern, at worst |pattern| * |text|; no allocation.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

/// True if some text matches both.
///
/// Cost: |a| * |b|; allocates |b| bits.
[[nodiscard]] bool globs_overlap(std::string_view a, std::string_view b);

}  // namespace weir::codec
