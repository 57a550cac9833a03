/// Google's members under one spelling.
///
/// Source: protobuf.dev, ProtoJSON format: a reader takes lowerCamelCase names and the original
/// snake_case names alike, 2026-11.
#pragma once

#include <boost/json/object.hpp>

namespace weir::translation::detail {

/// Renames `system_instruction` to `systemInstruction`, and so on, wherever the names are Google's:
/// not within the arguments and results of functions, in schemas of JSON Schema, or among the
/// properties of a schema. A null never replaces a value. A member that is set under both names
/// keeps both: no reader knows the second. Cost: values are moved, not copied.
void use_camel_case(boost::json::object& object);

}  // namespace weir::translation::detail
