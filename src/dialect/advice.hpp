/// The text of an error towards a client, where the contract does not prescribe it. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/errc.hpp"

namespace weir::dialect {

struct ErrorText {
  Errc code;
  std::string_view message = {};  ///< empty: the row's own
  std::optional<std::chrono::seconds> retry_after = {};
  std::string_view plain = {};  ///< instead of both
};

/// Says what is wrong, and what the client can do about it.
[[nodiscard]] std::string advice(const ErrorText& error);

}  // namespace weir::dialect
