/// One line of a head: a name, a colon, a value. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "http/detail/bytes.hpp"
#include "http/request.hpp"

namespace weir::http::detail {

struct FieldLine {
  std::string_view name;
  std::optional<FieldName> known;
  std::string_view value;  ///< without the blanks around it
  /// The value has no surrounding blanks but one leading space, as every common implementation
  /// writes the fields that frame a message.
  bool plain;
};

/// Takes the first line of `lines`, with its end. Returns nothing if it is malformed, which
/// includes a blank before the colon (RFC 9112 §5.1) and control characters (RFC 9110 §5.5).
/// REQUIRES: `lines` is the rest of a complete head, and not empty.
[[nodiscard]] std::optional<FieldLine> take_field_line(std::string_view& lines,
                                                       const ByteClass& names);

}  // namespace weir::http::detail
