/// Spellings of a model's id that servers treat as the same model.
///
/// A final `:latest` and a leading `models/` (Google's resource name) are ignored. Ollama also
/// accepts an id in any case, and with its default namespace and host in front. Nothing else is
/// equal: another tag, owner or quantisation may be another model.
///
/// Source: ollama/ollama types/model/name.go (defaults: registry.ollama.ai, library, latest; names
/// compare without case), ai.google.dev/api/models ("Format: models/{model}"), 2026.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::catalogue {

/// How a server interprets the ids in calls.
enum class Spelling : bool { exact, ollama };

/// True if `spelling` means the model `id` on a server that interprets ids by `reads`.
[[nodiscard]] bool means(std::string_view spelling, std::string_view id, Spelling reads);

/// Equal for all spellings of an id, whichever way a server interprets them. Other ids may collide.
struct SpellingHash {
  [[nodiscard]] std::size_t operator()(std::string_view id) const;
};

/// True for spellings of one id on a server that interprets ids as Ollama does.
struct SameSpelling {
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const {
    return means(a, b, Spelling::ollama);
  }
};

}  // namespace weir::catalogue
