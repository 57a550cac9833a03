/// Error returns.
///
/// Failures that occur in operation (bad input, a peer, a limit, a time-out) are returned as
/// Result<T>. Exceptions are for start-up only. Broken invariants are a CHECK (base/check.hpp).
#pragma once

#include <expected>
#include <source_location>
#include <string>
#include <utility>

#include "base/errc.hpp"

namespace weir {

/// An error, for code (`code`) and for operators (`detail`); never shown to a client.
struct Error {
  Errc code;
  std::string detail;
  std::source_location where;

  [[nodiscard]] Party party() const { return describe(code).party; }
  [[nodiscard]] Retry retry() const { return describe(code).retry; }
  /// "slug: detail", for logs.
  [[nodiscard]] std::string text() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// The only way to make an Error: `return fail(Errc::store_failed, "disk full");`
[[nodiscard]] inline std::unexpected<Error> fail(
    Errc code, std::string detail = {},
    std::source_location where = std::source_location::current()) {
  return std::unexpected(Error{code, std::move(detail), where});
}

}  // namespace weir
