/// A multipart/form-data body, whole in memory, as its fields and files.
///
/// Source: RFC 7578; RFC 2046 §5.1.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/detail/refusal.hpp"

namespace weir::simulator::detail {

/// Views into the body.
struct FormPart {
  std::string_view name;
  std::optional<std::string_view> filename = {};  ///< a file has one, a field has none
  std::string_view content;
};

[[nodiscard]] bool is_form(std::string_view content_type);

/// Up to 64 parts. Quoted strings in a head are used as they are, without escapes.
[[nodiscard]] Outcome<std::vector<FormPart>> parse_form(std::string_view content_type,
                                                        std::string_view body);

/// The first file called `name`; null if there is none.
[[nodiscard]] const FormPart* find_file(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace weir::simulator::detail
