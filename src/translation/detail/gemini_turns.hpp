/// Google's contents as chat messages: the user's and the model's turns alternate, and the results
/// of functions follow the message that called them.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "translation/detail/findings.hpp"

namespace weir::translation::detail {

/// Add the system instruction, then the contents, then finish().
///
/// Neighbouring contents of one role become one message. Calls without an id, which Google's
/// clients need not keep, get one from their place in the conversation, so that the same
/// conversation has the same ids in each request; a result without one belongs to the first call of
/// its name that has none yet.
class GeminiTurns {
 public:
  /// outlives: `findings`.
  explicit GeminiTurns(Findings& findings) : findings_(findings) {}

  void add_system(const boost::json::value& instruction);
  void add_contents(const boost::json::value& contents);
  [[nodiscard]] boost::json::array finish();

 private:
  struct Call {
    std::string id;
    std::string name;
  };

  void add_content(const boost::json::object& content);
  void add_user_part(const boost::json::object& part);
  void add_model_part(const boost::json::object& part);
  void add_call(const boost::json::value& call, std::string_view signature);
  void add_response(const boost::json::value& value);
  [[nodiscard]] std::string answered_call(std::string_view id, std::string_view name);
  /// Returns one of Google's.
  [[nodiscard]] std::string read_signature(const boost::json::object& part);
  void end_user();
  void end_model();

  Findings& findings_;
  std::string system_;
  boost::json::array done_;
  std::size_t calls_made_ = 0;
  std::deque<Call> unanswered_;
  // The turn that is open, if any.
  bool user_open_ = false;
  boost::json::array results_;
  boost::json::array parts_;
  std::string text_;
  boost::json::array calls_;
  std::string reasoning_member_;
  std::string reasoning_;
};

}  // namespace weir::translation::detail
