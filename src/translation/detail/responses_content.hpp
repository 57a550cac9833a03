/// Content of a responses item, in the words of chat completions.
#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation::detail {

struct ChatContent {
  std::string text;          ///< of all text parts, a line feed between two
  boost::json::array parts;  ///< in order, texts included
  bool only_text = true;

  /// Text alone is a string, as some servers take nothing else.
  [[nodiscard]] boost::json::value take() &&;
};

/// `content`: a string or a list of parts; `path` is its own, such as "input[].content".
/// Errors: those of translate().
[[nodiscard]] Result<ChatContent> chat_content(const boost::json::value& content,
                                               std::string_view path, Dropped& dropped);

}  // namespace weir::translation::detail
