/// Items of a response's output, and their JSON.
///
/// Source: platform.openai.com, API reference: responses, output; openai/codex,
/// codex-rs/protocol/src/models.rs (ResponseItem), 2026.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::translation::detail {

enum class ItemKind { reasoning, message, function_call, custom_call, shell_call, search_call };

struct OutputItem {
  struct Part {
    bool refusal = false;
    std::string text;
  };

  ItemKind kind = ItemKind::message;
  std::string id = {};
  std::vector<Part> parts = {};  ///< of a message, or the one text of reasoning
  std::string call_id = {};      ///< of calls, as the next three
  std::string name = {};         ///< the client's
  std::string name_space = {};   ///< empty: none
  std::string arguments = {};    ///< as the model wrote them
  bool summary = false;          ///< whether reasoning is given as its summary
  std::string_view member = {};  ///< of reasoning: the upstream\'s, a literal
  std::string_view status = "in_progress";
};

/// The input that a model gave a tool that takes text: arguments that are not as asked for count as
/// the text itself.
[[nodiscard]] std::string custom_input(std::string_view arguments);

void append_part(std::string& out, const OutputItem::Part& part);
/// As the item is now: one in progress has no arguments yet.
void append_item(std::string& out, const OutputItem& item);

}  // namespace weir::translation::detail
