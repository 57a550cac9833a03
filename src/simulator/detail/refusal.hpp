/// Errors as SiliconFlow sends them.
///
/// Source: SiliconFlow's error page and recorded answers, read 2026-11: an object with `code` for
/// most, one without for 429, a bare JSON string for 401, 403, 404 and 504.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/script.hpp"

namespace weir::simulator::detail {

struct Refusal {
  int status;
  int code;
  std::string message;
  std::vector<HeaderField> fields = {};
};

template <class T>
using Outcome = std::expected<T, Refusal>;

/// 400, code 20015: a parameter is missing or wrong.
[[nodiscard]] Refusal invalid(std::string message);
/// The usual error for such a status.
[[nodiscard]] Refusal usual_refusal(int status);

[[nodiscard]] Script refuse(Refusal refusal);

}  // namespace weir::simulator::detail
