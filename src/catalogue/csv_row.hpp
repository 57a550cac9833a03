/// Reads cells of the built-in CSV files. Only the last cell of a row may contain a quoted comma.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::catalogue {

/// Removes and returns the part of `rest` before the next `separator`.
constexpr std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// Parses a type and sub types joined by `;`. Nothing if a word is unknown.
[[nodiscard]] std::optional<ModelClass> parse_class(std::string_view type,
                                                    std::string_view sub_types);

}  // namespace weir::catalogue
