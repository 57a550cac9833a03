/// The members of a request: found, left out, or refused.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace weir::translation::detail {

/// Errors: invalid_parameter for a body that is no JSON object.
[[nodiscard]] Result<boost::json::object> parse_request(std::string_view body,
                                                        std::size_t max_depth);

/// Null if there is none, or it is null.
[[nodiscard]] const boost::json::value* find(const boost::json::object& object,
                                             std::string_view name);
/// Empty if it is absent, or not a string. Valid as long as `object`.
[[nodiscard]] std::string_view text_of(const boost::json::object& object, std::string_view name);

/// For the client: the member at `path`, such as "tools[].type", has no equivalent. `value`: the
/// one that has none, if others have.
[[nodiscard]] std::unexpected<Error> cannot_translate(std::string_view path,
                                                      std::string_view value = {});

/// Members that are left out because they do not change the answer.
class Dropped {
 public:
  /// More than there are members that can be left out.
  static constexpr std::size_t kMaxPaths = 128;

  /// `path` is ours, and repeats no text of the client's: it becomes part of a header. Ignored if
  /// it is there already, or beyond the bound.
  void add(std::string_view path);
  [[nodiscard]] std::vector<std::string> take() { return std::move(paths_); }

 private:
  std::vector<std::string> paths_;
};

}  // namespace weir::translation::detail
