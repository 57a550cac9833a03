/// Findings about the members of one request: those left out, and the first that is refused.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation::detail {

/// The members that an object may have. Others are refused.
struct KnownMembers {
  std::initializer_list<std::string_view> read;
  std::initializer_list<std::string_view> dropped = {};
};

/// Reading goes on after a refusal; the caller asks for it once, at the end.
class Findings {
 public:
  void drop(std::string_view path) { dropped_.add(path); }
  /// See cannot_translate().
  void refuse(std::string_view path, std::string_view value = {});
  /// The member at `path` has another type; `expected` completes "must be".
  void expect(std::string_view path, std::string_view expected);
  void reject(std::string message);
  /// As refuse(), for a member that must have one of some values.
  void refuse_value(std::string_view path, std::string_view value);

  // The member `name` of the object at `path`. Empty, false, null: absent, or of another type.

  [[nodiscard]] std::string_view required_text(const boost::json::object& object,
                                               std::string_view path, std::string_view name);
  [[nodiscard]] std::string_view text(const boost::json::object& object, std::string_view path,
                                      std::string_view name);
  [[nodiscard]] const boost::json::object* object(const boost::json::object& outer,
                                                  std::string_view path, std::string_view name);
  [[nodiscard]] bool flag(const boost::json::object& object, std::string_view path,
                          std::string_view name);

  /// Drops and refuses members of `object`, which is at `path`: empty, or with its dot. A member
  /// that is null counts as absent.
  void check(const boost::json::object& object, std::string_view path, const KnownMembers& known);

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::vector<std::string> take_dropped() { return dropped_.take(); }

 private:
  Dropped dropped_;
  std::optional<Error> error_;
};

/// "messages[].content" of ("messages[].", "content").
[[nodiscard]] std::string path_of(std::string_view object, std::string_view member);

}  // namespace weir::translation::detail
