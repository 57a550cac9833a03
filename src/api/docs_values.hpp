/// Parts of an OpenAPI description as text: references, types, examples, commands.
#pragma once

#include <string>
#include <string_view>

#include "config/document.hpp"

namespace weir::api {

/// One method of one path. Lifetime: that of the description.
struct Operation {
  std::string path;         ///< "/v1/models/{id}"
  std::string_view method;  ///< "get"
  const config::Node* node;
};

/// The text of that member, or empty.
[[nodiscard]] std::string_view text_of(const config::Node& map, std::string_view key);

/// Follows `$ref`, within the description. A reference to nothing gives the node itself.
[[nodiscard]] const config::Node& resolve(const config::Node& root, const config::Node& node);

/// The last part of the node's `$ref`; empty without one.
[[nodiscard]] std::string_view reference_name(const config::Node& node);

/// The type of a schema as HTML, in words: a link to a named one.
[[nodiscard]] std::string type_html(const config::Node& schema);

/// An example as JSON in one line. Numbers, true, false and null are those that look like it.
[[nodiscard]] std::string example_json(const config::Node& node);

/// A command that makes the call, with the variables WEIR_URL and WEIR_KEY.
[[nodiscard]] std::string curl_command(const config::Node& root, const Operation& operation);

}  // namespace weir::api
