/// One line of a head: a name, a colon, a value. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "http/detail/bytes.hpp"

namespace weir::http::detail {

struct FieldLine {
  std::string_view name;
  std::string_view value;  ///< without the blanks around it
  /// No blanks around the value but one space before it: as everybody writes what frames a message.
  bool plain;
};

/// Takes the line at the start of `lines`, and its end. Nothing if it is not well-formed, which
/// includes a blank before the colon (RFC 9112 §5.1) and control characters (RFC 9110 §5.5).
/// REQUIRES: `lines` is the rest of a whole head, and not empty.
[[nodiscard]] std::optional<FieldLine> take_field_line(std::string_view& lines,
                                                       const ByteClass& names);

}  // namespace weir::http::detail
