/// The API reference as a page, from the OpenAPI description.
#pragma once

#include <string>
#include <string_view>

namespace weir::api {

/// HTML that is read without a script. A description that is not YAML gives a page that says so.
///
/// Cost: 20 ms; not for I/O threads.
[[nodiscard]] std::string render_docs(std::string_view openapi);

}  // namespace weir::api
