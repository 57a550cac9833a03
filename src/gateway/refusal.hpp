/// Why a call was not answered by an upstream; the API gives it the shape of its errors.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "gateway/attempt_end.hpp"

namespace weir::gateway {

struct Refusal {
  Errc code;
  std::string message = {};  ///< empty: the code's own
  std::optional<std::chrono::seconds> retry_after = {};
  std::string fields = {};  ///< complete lines
  /// Instead of `message`, where the contract does not prescribe the wording; may be empty.
  std::string plain = {};
};

/// With a time to retry after, where the code implies one.
[[nodiscard]] Refusal make_refusal(Errc code, std::string message = {});
/// Names a model that the client asked for, and says where to find those that exist.
[[nodiscard]] std::string unknown_model_text(std::string_view name);
/// After an attempt that was the last. REQUIRES: it has an error.
[[nodiscard]] Refusal make_refusal(AttemptEnd end);

}  // namespace weir::gateway
