/// Hosted providers and servers, by the names that other gateways give them.
#pragma once

#include <string_view>

namespace weir::migration {

struct Provider {
  std::string_view name;          ///< "together_ai"
  std::string_view kind;          ///< of an upstream
  std::string_view url;           ///< empty: each user has an address of their own
  std::string_view key_variable;  ///< read if the file names no key; empty: none is known
};

/// LiteLLM's provider prefixes. Null: none that speaks an API which Weir speaks.
[[nodiscard]] const Provider* find_litellm_provider(std::string_view name);

/// The provider of a model that LiteLLM knows without a prefix. Null: not known.
[[nodiscard]] const Provider* guess_litellm_provider(std::string_view model);

}  // namespace weir::migration
