/// Spellings of a model's id that servers take for one and the same model.
///
/// A final `:latest` and a leading `models/` (Google's resource name) do not count. Ollama also
/// takes an id in any case, and with its default namespace and host in front. Nothing else is
/// equal: another tag, owner or quantisation may be another model.
///
/// Source: ollama/ollama types/model/name.go (defaults: registry.ollama.ai, library, latest; names
/// compare without case), ai.google.dev/api/models ("Format: models/{model}"), 2026.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::catalogue {

/// How a server reads the ids in calls.
enum class Spelling : bool { exact, ollama };

/// Whether a client that asks for `spelling` means the model `id` of a server that reads ids so.
[[nodiscard]] bool means(std::string_view spelling, std::string_view id, Spelling reads);

/// The same for all spellings of an id, however a server reads them; others may share it.
struct SpellingHash {
  [[nodiscard]] std::size_t operator()(std::string_view id) const;
};

/// Spellings of one id to a server that reads ids as Ollama does.
struct SameSpelling {
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const {
    return means(a, b, Spelling::ollama);
  }
};

}  // namespace weir::catalogue
