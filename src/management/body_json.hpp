/// Reading of JSON bodies. Errors name the member.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "management/problem.hpp"

namespace weir::management {

/// Errors: invalid_json.
[[nodiscard]] Answered<boost::json::object> parse_object(std::string_view text);

/// Errors: invalid_parameter for a member that is none of `known`.
[[nodiscard]] Answered<void> require_known(const boost::json::object& object,
                                           std::initializer_list<std::string_view> known,
                                           std::string_view inside = {});

/// Each reads one member, if it is there and not null. Errors: invalid_parameter for another type.
[[nodiscard]] Answered<std::optional<std::string>> read_text(const boost::json::object& object,
                                                             std::string_view name);
[[nodiscard]] Answered<std::optional<bool>> read_truth(const boost::json::object& object,
                                                       std::string_view name);
[[nodiscard]] Answered<std::optional<std::int64_t>> read_number(const boost::json::object& object,
                                                                std::string_view name,
                                                                std::string_view inside = {});
[[nodiscard]] Answered<std::optional<std::vector<std::string>>> read_texts(
    const boost::json::object& object, std::string_view name);

}  // namespace weir::management
