/// The message of the first start on a terminal, for a new user.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace weir::app {

/// The first key, shown only now, and three calls to try. `url` is the server's, without a path.
/// `has_demo`: the built-in engine is configured, so that a call can name one of its models.
[[nodiscard]] std::string welcome_text(const std::string& url, const Secret& key, bool has_demo);

}  // namespace weir::app
