/// The arguments of a tool call, where they have to be JSON.
#pragma once

#include <string>
#include <string_view>

namespace weir::translation::detail {

/// Appends an object: the arguments as the model wrote them, and {"INVALID_JSON": …} around those
/// that are none, as Anthropic advises.
void append_arguments(std::string& out, std::string_view arguments);

}  // namespace weir::translation::detail
