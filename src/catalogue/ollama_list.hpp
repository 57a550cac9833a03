/// Models as JSON for clients of Ollama's API.
///
/// Source: ollama/ollama api/types.go (ListModelResponse, ProcessModelResponse, ShowResponse),
/// docs.ollama.com/api; ollamaProvider.ts of VS Code Copilot, which reads
/// `model_info["<architecture>.context_length"]` and `capabilities`; 2026-11.
#pragma once

#include <string>
#include <string_view>

#include "catalogue/catalogue.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// The id with a tag, as Ollama's lists have it: clients add `:latest` to a name without one, and
/// look for that in the list.
[[nodiscard]] std::string ollama_name(std::string_view id);

/// True for a model that can be called in Ollama's API: of chat or of embeddings.
[[nodiscard]] bool speaks_ollama(const Model& model);

// Lists of the available models that `scope` admits, in catalogue order. Sizes are 0 and names of
// families empty: Weir does not know them. Cost: one pass over the catalogue.

/// {"models":[…]} of /api/tags.
[[nodiscard]] std::string render_ollama_tags(const Catalogue& catalogue, const Scope& scope);
/// {"models":[…]} of /api/ps: all of them are loaded, for good.
[[nodiscard]] std::string render_ollama_processes(const Catalogue& catalogue, const Scope& scope);

/// The answer of /api/show. Capabilities that are not known are not claimed.
[[nodiscard]] std::string render_ollama_model(const Model& model);

}  // namespace weir::catalogue
