/// The elements of a list in a header field: `a, b ,, c`.
///
/// Source: RFC 9110 §5.6.1.
#pragma once

#include <string_view>

#include "base/ascii.hpp"

namespace weir::codec {

/// Visits the elements without the blanks around them, empty ones too; `visit` returns false to
/// stop. Returns false if it did.
template <class F>
bool for_each_element(std::string_view list, F&& visit) {
  for (;;) {
    const auto comma = list.find(',');
    if (!visit(trim(list.substr(0, comma)))) return false;
    if (comma == list.npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace weir::codec
