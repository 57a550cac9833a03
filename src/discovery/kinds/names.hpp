/// Evidence for classification in a model's name or the path of its weights; never shown.
#pragma once

#include <string>
#include <string_view>

namespace weir::discovery::kinds {

/// `org/name` as on a model hub: one slash, no path, no address.
[[nodiscard]] bool is_hub_id(std::string_view text);

/// The name of a model's weights: a hub id unchanged; of a path the hub's cache folder
/// (`models--org--name`) or the last part without `.gguf`; empty if nothing informative is left.
[[nodiscard]] std::string base_name_of(std::string_view root);

/// True if `name` contains `token`, regardless of case. REQUIRES: `token` is lower-case.
[[nodiscard]] bool mentions(std::string_view name, std::string_view token);

}  // namespace weir::discovery::kinds
