/// JSON as models and their servers write it: cut in the middle of a character, or with bytes that
/// are none.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

namespace weir::translation::detail {

/// The most values in a text that is parsed: each takes memory of its own.
inline constexpr std::size_t kMaxValues = std::size_t{1} << 21;

/// An upper bound of the number of values in a JSON text.
[[nodiscard]] std::size_t count_values(std::string_view text);

/// Half of a surrogate pair becomes U+FFFD; bytes that are not UTF-8 stay, and are replaced by who
/// writes them. Nothing if it is not JSON even so, or has too many values.
[[nodiscard]] std::optional<boost::json::value> parse_lenient(
    std::string_view text, std::size_t max_depth, boost::json::storage_ptr storage = {});

}  // namespace weir::translation::detail
