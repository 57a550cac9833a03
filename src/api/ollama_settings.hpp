/// The `ollama` section of the config file: a listener for clients of Ollama's, which have no key.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "config/schema_fwd.hpp"

namespace weir::api {

struct OllamaSettings {
  std::string listen;  ///< empty: there is none
  Secret key;          ///< of requests without a key
  bool open_to_network = false;
};

/// The rows of `ollama`.
[[nodiscard]] config::Schema<OllamaSettings> ollama_schema();

}  // namespace weir::api
