/// LiteLLM's `config.yaml`.
#pragma once

#include "config/document.hpp"
#include "migration/imported.hpp"

namespace weir::migration {

/// Every setting that has a counterpart; the others are in the remarks, with their lines.
[[nodiscard]] Imported from_litellm(const config::Node& file);

}  // namespace weir::migration
