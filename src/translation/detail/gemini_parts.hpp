/// Google's parts as the parts of chat messages.
///
/// Source: ai.google.dev, API reference: Content, Part, FunctionResponse; google-genai 3.6 for
/// Python; platform.openai.com, API reference: chat completions, content parts; 2026-11.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"
#include "translation/detail/messages_parts.hpp"

namespace weir::translation::detail {

/// Adds the inline data or the file of `part`. `path`: of the part, with its dot.
void add_media(boost::json::array& parts, const boost::json::object& part, std::string_view path,
               Findings& findings);

/// The result of the function call `id`.
[[nodiscard]] ToolResult read_function_response(const boost::json::object& response,
                                                std::string_view id, std::string_view path,
                                                Findings& findings);

/// Calls `add` with each object of a list. A single one stands for a list of one, as in Google's
/// own examples.
template <class Add>
void for_each_object(const boost::json::value& list, std::string_view path, Findings& findings,
                     Add&& add) {
  if (const auto* single = list.if_object()) return add(*single);
  const auto* array = list.if_array();
  if (array == nullptr) return findings.expect(path, "an array");
  for (const auto& element : *array) {
    const auto* object = element.if_object();
    if (object == nullptr) return findings.expect(path_of(path, "[]"), "an object");
    add(*object);
  }
}

}  // namespace weir::translation::detail
