/// Anthropic's turns as chat messages: the user's and the assistant's alternate, and the results of
/// tools follow the message that called them.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Add the system prompt, then each message, then finish().
///
/// Neighbouring messages of one role become one, as Anthropic reads them and as some servers
/// require. A system message within the conversation becomes text of the user's turn: servers
/// differ in where they accept one, and none of them does between calls and their results.
class Turns {
 public:
  /// outlives: `findings`.
  explicit Turns(Findings& findings) : findings_(findings) {}

  void add_system(const boost::json::value& system);
  /// The array of messages.
  void add_messages(const boost::json::value& messages);
  [[nodiscard]] boost::json::array finish();

 private:
  struct Assistant {
    std::string thinking;
    std::string text;
    boost::json::array calls;
    /// It says nothing.
    [[nodiscard]] bool empty() const { return text.empty() && calls.empty(); }
  };

  void add_message(const boost::json::object& message, bool user_follows);
  void add_inline_system(const boost::json::object& message, bool user_follows);
  void add_user(const boost::json::object& message);
  void add_user_block(const boost::json::object& block);
  void add_assistant(const boost::json::object& message);
  void add_assistant_block(Assistant& assistant, const boost::json::object& block);
  void add_call(Assistant& assistant, const boost::json::object& block);
  void end_user();
  void end_assistant();

  Findings& findings_;
  std::string system_;
  boost::json::array done_;
  // The turn that is open, if any.
  bool user_open_ = false;
  boost::json::array results_;
  boost::json::array parts_;
  Assistant assistant_;
};

}  // namespace weir::translation::detail
