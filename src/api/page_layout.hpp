/// HTML pages for people: one style, no script, nothing loaded.
#pragma once

#include <string>
#include <string_view>

namespace weir::api {

struct HtmlPage {
  std::string_view language;  ///< "en", "zh-CN"
  std::string_view title;     ///< as text
  std::string_view body;      ///< HTML
};

/// `text` as HTML; what stands between backticks is code.
[[nodiscard]] std::string html_with_code(std::string_view text);

[[nodiscard]] std::string render_html(const HtmlPage& page);

/// Lines of the head that go with every page: its type, and a policy that allows nothing but the
/// one style, which is known by its digest. Ends with a line break.
///
/// Source: CSP Level 3 (W3C), 2026-11.
[[nodiscard]] const std::string& html_fields();

/// The same for text.
inline constexpr std::string_view kTextFields =
    "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n";

}  // namespace weir::api
