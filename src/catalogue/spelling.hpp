/// Spellings of a model's id that servers take for one and the same model.
///
/// Letter case does not count, nor does a final `:latest` (Ollama's default tag) or a leading
/// `models/` (Google's resource name). Nothing else is equal: another tag, owner or quantisation
/// may be another model.
///
/// Source: ollama/ollama types/model/name.go (names compare without case; the default tag is
/// `latest`), ai.google.dev/api/models ("Format: models/{model}"), 2026.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/ascii.hpp"

namespace weir::catalogue {

/// The part of an id that counts.
[[nodiscard]] std::string_view without_default_parts(std::string_view id);

struct SpellingHash {
  [[nodiscard]] std::size_t operator()(std::string_view id) const;
};

struct SameSpelling {
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const {
    return std::ranges::equal(without_default_parts(a), without_default_parts(b), {}, lower, lower);
  }
};

}  // namespace weir::catalogue
