/// Spellings of a model's id that servers take for one and the same model.
///
/// A final `:latest` (Ollama's default tag) and a leading `models/` (Google's resource name) do not
/// count; letter case does not either where the server ignores it. Nothing else is equal: another
/// tag, owner or quantisation may be another model.
///
/// Source: ollama/ollama types/model/name.go (the default tag is `latest`; names compare without
/// case), ai.google.dev/api/models ("Format: models/{model}"), 2026.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/ascii.hpp"

namespace weir::catalogue {

/// The part of an id that counts, in the case as given.
[[nodiscard]] std::string_view without_default_parts(std::string_view id);

/// Whether a client that asks for `spelling` means the model `id`.
[[nodiscard]] bool means(std::string_view spelling, std::string_view id, bool ignores_case);

/// Of all spellings of one id the same, whatever their case.
struct SpellingHash {
  [[nodiscard]] std::size_t operator()(std::string_view id) const;
};

/// Spellings of one id if case is ignored.
struct SameSpelling {
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const {
    return std::ranges::equal(without_default_parts(a), without_default_parts(b), {}, lower, lower);
  }
};

}  // namespace weir::catalogue
