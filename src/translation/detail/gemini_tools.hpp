/// Google's tools and output formats as chat completions has them.
///
/// Source: ai.google.dev, API reference: Tool, FunctionDeclaration, ToolConfig, GenerationConfig,
/// 2026-11.
#pragma once

#include <boost/json/object.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Adds `tools` and `tool_choice` to `chat`.
void add_gemini_tools(boost::json::object& chat, const boost::json::object& request,
                      Findings& findings);

/// Adds `response_format`, by the generationConfig.
void add_gemini_format(boost::json::object& chat, const boost::json::object& config,
                       Findings& findings);

}  // namespace weir::translation::detail
