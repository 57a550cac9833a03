/// Google's schemas as JSON Schema.
///
/// Source: ai.google.dev, API reference: Schema; googleapis, google/ai/generativelanguage/v1beta/
/// content.proto; 2026-11.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace weir::translation::detail {

/// Types in capitals, `nullable`, counts in strings and `propertyOrdering` become those of JSON
/// Schema; members that it has already stay. `schema` has Google's names: see use_camel_case().
[[nodiscard]] boost::json::value json_schema_of(const boost::json::value& schema);

}  // namespace weir::translation::detail
