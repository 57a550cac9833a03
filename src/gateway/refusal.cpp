#include "gateway/refusal.hpp"

#include <utility>

#include <fmt/format.h>

#include "codec/visible.hpp"

namespace weir::gateway {

Refusal make_refusal(Errc code, std::string message) {
  Refusal refusal{.code = code, .message = std::move(message)};
  if (code == Errc::overloaded || code == Errc::upstream_busy) {
    refusal.retry_after = std::chrono::seconds(1);
  }
  return refusal;
}

std::string unknown_model_text(std::string_view name) {
  return fmt::format(
      "The model `{}` does not exist or you do not have access to it. GET /v1/models lists the "
      "models that you may call.",
      codec::visible_excerpt(name));
}

Refusal make_refusal(AttemptEnd end) {
  auto refusal = make_refusal(*end.error, std::move(end.message));
  if (end.retry_after) refusal.retry_after = end.retry_after;
  refusal.plain = std::move(end.plain);
  return refusal;
}

}  // namespace weir::gateway
