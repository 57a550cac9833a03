/// The shape of a request: which members an object may have, and of which type they are.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation::detail {

/// For the client: the member at `path` must be `expected`, such as "a string".
[[nodiscard]] std::unexpected<Error> malformed(std::string_view path, std::string_view expected);

/// Refuses members of `object` in neither list, and names those of `unused` that it has. A null
/// member counts as absent. `prefix`: the object's path with its dot, such as "input[].".
/// Errors: those of translate().
[[nodiscard]] Result<> check_members(const boost::json::object& object, std::string_view prefix,
                                     std::span<const std::string_view> used,
                                     std::span<const std::string_view> unused, Dropped& dropped);

// One member. Errors: invalid_parameter if it has another type, and, if it is required, if absent.

[[nodiscard]] Result<std::string_view> required_text(const boost::json::object& object,
                                                     std::string_view name,
                                                     std::string_view prefix);
/// Null if it is absent.
[[nodiscard]] Result<const boost::json::array*> optional_list(const boost::json::object& object,
                                                              std::string_view name,
                                                              std::string_view prefix);
[[nodiscard]] Result<const boost::json::object*> optional_object(const boost::json::object& object,
                                                                 std::string_view name,
                                                                 std::string_view prefix);

}  // namespace weir::translation::detail
