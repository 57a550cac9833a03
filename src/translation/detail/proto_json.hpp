/// Numbers and enumerators in protobuf's JSON, where a number may be a string and an enumerator a
/// number.
///
/// Source: protobuf.dev, ProtoJSON format; google-ai-generativelanguage for Python, rest_base.py,
/// whose requests have enumerators as numbers; 2026-11.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <boost/json/value.hpp>

namespace weir::translation::detail {

/// The number that `value` is or spells; nothing: it is not a number. `is_whole`: 40.0 is 40.
[[nodiscard]] std::optional<boost::json::value> number_of(const boost::json::value& value,
                                                          bool is_whole);

/// The name of an enumerator: its text, or the one of its number. Empty: there is no such.
[[nodiscard]] std::string_view enumerator_of(const boost::json::value& value,
                                             std::span<const std::string_view> names);

}  // namespace weir::translation::detail
