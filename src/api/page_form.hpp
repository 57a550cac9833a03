/// The form in which a page is answered: HTML or text, and its language.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/request.hpp"

namespace weir::api {

enum class Language : std::uint8_t { english, chinese };

struct PageForm {
  bool is_html = false;
  Language language = Language::english;

  bool operator==(const PageForm&) const = default;
};

/// The first field of that name; empty without one. For names that are not one of http::FieldName,
/// since ordinary requests do not look for them.
[[nodiscard]] std::string_view field_of(const http::Request& request, std::string_view name);

/// HTML for clients that name it in Accept, as browsers do and curl does not. Chinese if
/// Accept-Language weighs it above English; on a tie the one that it names first.
///
/// Source: RFC 9110 §12.5.1, §12.5.4.
[[nodiscard]] PageForm page_form(const http::Request& request);

}  // namespace weir::api
