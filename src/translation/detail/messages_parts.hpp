/// Content of Anthropic's messages as the parts of chat messages.
///
/// Source: docs.claude.com, Messages: content blocks; platform.openai.com, API reference: chat
/// completions, content parts; 2026-11.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Adds the block of `type`, which is at `path`, if it is one that users and tools alike may send:
/// a text, an image, a document. False: it is none of these.
[[nodiscard]] bool add_part(boost::json::array& parts, const boost::json::object& block,
                            std::string_view type, std::string_view path, Findings& findings);
void add_text(boost::json::array& parts, std::string_view text);

/// The result of a tool. Chat's tool messages are text: `text` says that the other parts follow.
struct ToolResult {
  std::string text;
  boost::json::array others;
};
[[nodiscard]] ToolResult read_tool_result(const boost::json::object& block, std::string_view path,
                                          Findings& findings);

/// `parts` as the result of the call `id`.
[[nodiscard]] ToolResult tool_result_of(boost::json::array parts, std::string_view id);

/// A document; `data` is a data URL.
[[nodiscard]] boost::json::object pdf_part(std::string_view title, std::string_view data);
/// An image, by its URL or a data URL.
[[nodiscard]] boost::json::object image_part(std::string_view url);

/// Appends a paragraph.
void join(std::string& text, std::string_view more);
/// Appends the text at `path`: a string, or a list of blocks that are texts.
void join_texts(std::string& text, const boost::json::value& content, std::string_view path,
                Findings& findings);
/// Appends what a user sends at once: results of tools, then a message of the other parts.
void add_user_turn(boost::json::array& messages, boost::json::array results,
                   boost::json::array parts);
/// A string if all parts are texts, as more servers understand: else the parts.
[[nodiscard]] boost::json::value content_of(boost::json::array parts);

}  // namespace weir::translation::detail
