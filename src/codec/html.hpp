/// Text inside HTML.
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// Appends `text` so that it is text in an element, and in an attribute in either kind of quotes.
///
/// Source: WHATWG HTML, "Serializing HTML fragments", 2026-11; the apostrophe is added.
void append_html(std::string& out, std::string_view text);

[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace weir::codec
