/// Anthropic's tools and output formats as chat completions has them.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Adds `tools`, `tool_choice` and `parallel_tool_calls` to `chat`.
void add_tools(boost::json::object& chat, const boost::json::object& request, Findings& findings);

/// Adds `response_format`. `format` is at `path`.
void add_format(boost::json::object& chat, const boost::json::value& format, std::string_view path,
                Findings& findings);

/// The `response_format` of a schema, strict where servers accept that.
[[nodiscard]] boost::json::object schema_format(const boost::json::value& schema);

/// True if a server that takes a schema strictly accepts it: it is an object's, every object names
/// all its members as required and admits no others, and no keyword is beyond the strict ones.
///
/// Source: platform.openai.com, Structured outputs: supported schemas, 2026.
[[nodiscard]] bool is_strict(const boost::json::value& schema);

}  // namespace weir::translation::detail
