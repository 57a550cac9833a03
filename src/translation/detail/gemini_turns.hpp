/// Google's contents as chat messages: the user's and the model's turns alternate, and the results
/// of functions follow the message that called them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"
#include "translation/detail/gemini_calls.hpp"

namespace weir::translation::detail {

/// Add the system instruction, then the contents, then finish().
///
/// Neighbouring contents of one role become one message. Calls without an id, which Google's
/// clients need not keep, get one from their place in the conversation, so that the same
/// conversation has the same ids in each request. Results answer calls of the message before them.
class GeminiTurns {
 public:
  /// outlives: `findings`, and what is added.
  explicit GeminiTurns(Findings& findings) : findings_(findings) {}

  void add_system(const boost::json::value& instruction);
  void add_contents(const boost::json::value& contents);
  [[nodiscard]] boost::json::array finish();

 private:
  void add_content(const boost::json::object& content);
  void read_user();
  void add_user_part(const boost::json::object& part);
  void add_model_part(const boost::json::object& part);
  void add_call(const boost::json::value& call, std::string_view signature);
  void add_response(const boost::json::object& response, const std::string& id);
  /// Returns one of Google's.
  [[nodiscard]] std::string read_signature(const boost::json::object& part);
  void end_user();
  void end_model();

  Findings& findings_;
  std::string system_;
  boost::json::array done_;
  std::size_t calls_made_ = 0;
  std::vector<MadeCall> unanswered_;  ///< of the latest message
  // The turn that is open, if any.
  bool user_open_ = false;
  std::vector<const boost::json::object*> user_parts_;
  boost::json::array results_;
  boost::json::array parts_;
  std::string text_;
  boost::json::array calls_;
  std::string reasoning_member_;
  std::string reasoning_;
};

}  // namespace weir::translation::detail
