/// Formats members of JSON objects as table cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace weir::app {

using Rows = std::vector<std::vector<std::string>>;

/// A text unchanged, the items of an array separated by blanks, `-` for null and for an empty
/// array, JSON for the rest.
[[nodiscard]] std::string text_of(const boost::json::value& value);

/// text_of a member of an object; `-` if there is none.
[[nodiscard]] std::string member_of(const boost::json::value& object, std::string_view name);

}  // namespace weir::app
