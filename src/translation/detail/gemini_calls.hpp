/// Which function call each result of a turn answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::translation::detail {

struct MadeCall {
  std::string id;
  std::string name;
  bool has_own_id = false;  ///< the client's
};

/// Views are into the request.
struct NamedResult {
  std::string_view id;  ///< empty: none
  std::string_view name;
};

/// The id of the call that each result answers; empty: none. `calls`: those of the message before
/// the results.
///
/// A result belongs to the call of its id. One without an id, or with an id that no call has,
/// belongs to the first call of its name that is not answered otherwise; calls without an id of the
/// client's come first. Cost: n log n.
[[nodiscard]] std::vector<std::string> answered_calls(const std::vector<MadeCall>& calls,
                                                      const std::vector<NamedResult>& results);

}  // namespace weir::translation::detail
