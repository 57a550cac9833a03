#include "codec/multipart_type.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "codec/detail/multipart_grammar.hpp"

namespace weir::codec {
namespace {

using detail::for_each_parameter;
using detail::Parameter;

// The bchars of RFC 2046 §5.1.1 that clients use.
constexpr bool is_boundary_byte(char c) {
  constexpr std::string_view kOthers = "+_-./=";
  return detail::is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBoundaryBytes &&
         std::ranges::all_of(text, is_boundary_byte);
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; "));
  if (!equals_ignoring_case(type, "multipart/form-data")) return std::nullopt;
  auto rest = content_type.substr(type.size());
  detail::skip_blanks(rest);
  std::optional<std::string> boundary;
  bool has_charset = false;
  const auto visit = [&](const Parameter& parameter) {
    if (equals_ignoring_case(parameter.name, "boundary")) {
      if (boundary || !is_boundary(parameter.value)) return false;
      boundary = parameter.value;
      return true;
    }
    return equals_ignoring_case(parameter.name, "charset") && !std::exchange(has_charset, true) &&
           (equals_ignoring_case(parameter.value, "utf-8") ||
            detail::is_ascii_charset(parameter.value));
  };
  return for_each_parameter(rest, visit) ? boundary : std::nullopt;
}

bool multipart_is_ascii(std::string_view content_type) {
  auto rest = content_type.substr(std::min(content_type.find(';'), content_type.size()));
  bool ascii = false;
  for_each_parameter(rest, [&](const Parameter& parameter) {
    const bool charset = equals_ignoring_case(parameter.name, "charset");
    ascii = ascii || (charset && detail::is_ascii_charset(parameter.value));
    return true;
  });
  return ascii;
}

}  // namespace weir::codec
