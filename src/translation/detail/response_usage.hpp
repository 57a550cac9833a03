/// The usage of a response, in OpenAI's members.
#pragma once

#include <string>

#include "dialect/token_usage.hpp"

namespace weir::translation::detail {

/// Appends the object; null if nothing was reported.
void append_usage(std::string& out, const dialect::TokenUsage& usage);

}  // namespace weir::translation::detail
