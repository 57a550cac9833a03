/// Why a call was not answered by an upstream; the API gives it the shape of its errors.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/errc.hpp"
#include "gateway/attempt_end.hpp"

namespace weir::gateway {

struct Refusal {
  Errc code;
  std::string message = {};  ///< empty: the code's own
  std::optional<std::chrono::seconds> retry_after = {};
  std::string fields = {};  ///< complete lines
};

/// With a time to retry after, where the code implies one.
[[nodiscard]] Refusal make_refusal(Errc code, std::string message = {});
/// After an attempt that was the last. REQUIRES: it has an error.
[[nodiscard]] Refusal make_refusal(AttemptEnd end);

}  // namespace weir::gateway
