/// Patterns over model ids: `*` is any run of bytes, slashes included; `?` is any one byte; every
/// other byte stands for itself. Case-sensitive; there is no escape and there are no classes.
#pragma once

#include <string_view>

namespace weir::codec {

/// Whether `text` has a `*` or `?` and so is a pattern and not a name.
[[nodiscard]] bool is_glob(std::string_view text);

/// Whether all of `text` matches.
///
/// Cost: linear in `text` for a given pattern, at worst |pattern| * |text|; no allocation.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

/// Whether some text matches both.
///
/// Cost: |a| * |b|; allocates |b| bits.
[[nodiscard]] bool globs_overlap(std::string_view a, std::string_view b);

}  // namespace weir::codec
