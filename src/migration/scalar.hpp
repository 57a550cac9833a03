/// Texts of other gateways' files, in Weir's notation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::migration {

/// A text that is no reference to a variable.
[[nodiscard]] std::string literal(std::string_view text);

/// A whole number with a unit: quantity("600", "s") is "600s", and so is that of "600.0". Nothing
/// for anything else, and for 0, which means "none" or "off" there and something else here.
[[nodiscard]] std::optional<std::string> quantity(std::string_view text, std::string_view unit);

/// Whether Weir takes the text as a key.
[[nodiscard]] bool is_key(std::string_view text);

}  // namespace weir::migration
