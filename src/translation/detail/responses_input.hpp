/// Input items of a responses request as messages of a chat request.
///
/// Source: platform.openai.com, API reference: responses, input; openai/codex,
/// codex-rs/protocol/src/models.rs (ResponseItem), 2026.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "translation/detail/carried_reasoning.hpp"
#include "translation/detail/members.hpp"
#include "translation/detail/responses_tools.hpp"

namespace weir::translation::detail {

/// Messages in the making. A chat upstream wants the results of calls right after the message that
/// made them, whereas items may come in another order.
class ChatMessages {
 public:
  /// Tools that items bring along are added to `tools`. Both outlive it.
  ChatMessages(ToolList& tools, Dropped& dropped) : tools_(tools), dropped_(dropped) {}

  void add_system(std::string_view text);
  /// Errors: those of translate(), for this and the next.
  [[nodiscard]] Result<> add_input(const boost::json::value& input);

  [[nodiscard]] boost::json::array take();

 private:
  struct Entry {
    boost::json::object message;
    bool assistant = false;
    // For an assistant's message: whether it has calls, their results so far, and images among
    // them, which only a user's message can have.
    bool calls = false;
    boost::json::array results = {};
    boost::json::array images = {};
  };

  struct Reasoning {
    std::string_view member = {};
    std::string text = {};
  };

  struct Call {
    std::size_t entry = 0;
    std::string id;
  };

  [[nodiscard]] Result<> add_item(const boost::json::object& item);
  [[nodiscard]] Result<> add_call_item(const boost::json::object& item, std::string_view type,
                                       bool& known);
  [[nodiscard]] Result<> add_message(const boost::json::object& item);
  [[nodiscard]] Result<> add_agent_message(const boost::json::object& item);
  void add_user(boost::json::value content);
  void add_reasoning(const boost::json::object& item);
  void attach_reasoning(Entry& entry);
  void add_assistant(std::string text);
  [[nodiscard]] Result<> add_function_call(const boost::json::object& item, bool custom);
  [[nodiscard]] Result<> add_local_shell_call(const boost::json::object& item);
  [[nodiscard]] Result<> add_tool_search_call(const boost::json::object& item);
  [[nodiscard]] Result<> add_tool_search_output(const boost::json::object& item);
  [[nodiscard]] Result<> add_output(const boost::json::object& item, std::string_view id);
  void add_call(std::string_view id, std::string_view other_id, std::string_view name,
                std::string_view arguments);
  [[nodiscard]] Result<> add_result(std::string_view id, std::string_view text,
                                    boost::json::array images);

  ToolList& tools_;
  Dropped& dropped_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, Call> calls_;  ///< the last of each id; some calls have two ids
  Reasoning reasoning_ = {};                     ///< of the message to come
};

}  // namespace weir::translation::detail
