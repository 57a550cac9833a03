/// What a model's name or the place of its weights gives away, for classing it; never shown.
#pragma once

#include <string>
#include <string_view>

namespace weir::discovery::kinds {

/// `org/name` as on a model hub: one slash, no path, no address.
[[nodiscard]] bool is_hub_id(std::string_view text);

/// What a model's weights are called: a hub id as it is; of a path the hub's cache folder
/// (`models--org--name`) or the last part without `.gguf`; empty if nothing telling is left.
[[nodiscard]] std::string base_name_of(std::string_view root);

/// `name` contains `token`, whatever the case of `name`. REQUIRES: `token` is lower-case.
[[nodiscard]] bool mentions(std::string_view name, std::string_view token);

}  // namespace weir::discovery::kinds
