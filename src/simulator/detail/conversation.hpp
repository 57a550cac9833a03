/// The conversation in a request, independent of its API dialect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "simulator/detail/fields.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator::detail {

struct Conversation {
  std::int64_t tokens = 0;                   ///< of all texts; images and audio count as none
  std::string question;                      ///< the user's last text
  std::uint64_t seed = synthetic::hash({});  ///< of all texts

  void add(std::string_view role, std::string_view text);
};

/// Adds a message list: objects with a `role`, and a `content` that is a text, null, or a list of
/// parts, of which those with a `text` count. Objects without a role (calls, their results) are
/// skipped.
void read_messages(Fields& fields, std::string_view name, Conversation& conversation);

/// Adds a text, or a list of parts as above, if there is one.
void read_system_text(Fields& fields, std::string_view name, Conversation& conversation);

}  // namespace weir::simulator::detail
