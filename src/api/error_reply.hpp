/// Answers that are errors, from the table of errors.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "dialect/family.hpp"
#include "http/reply.hpp"

namespace weir::api {

/// The body of `code`, in SiliconFlow's format. `message`, if not empty, replaces the row's own.
[[nodiscard]] std::string error_body(Errc code, std::string_view message = {});

struct ErrorAnswer {
  Errc code;
  std::string_view message = {};  ///< empty: the row's own
  std::optional<std::chrono::seconds> retry_after = {};
  /// Instead of both, where the contract does not prescribe the wording.
  std::string_view plain = {};
};

/// The complete answer in the family's shape, with Content-Type and the fields that the status
/// requires (WWW-Authenticate, Retry-After). Except in SiliconFlow's shape, which the contract
/// prescribes, the message says what the client can do.
[[nodiscard]] http::Reply error_reply(dialect::Family family, const ErrorAnswer& error);

/// Names a path that the client asked for, and says where to find those that exist.
[[nodiscard]] std::string unknown_path_text(std::string_view path);

/// Says that a page takes no calls, and where they go.
[[nodiscard]] std::string page_method_text(std::string_view path);

/// Markdown: one row per error.
[[nodiscard]] std::string errors_reference();

}  // namespace weir::api
