#include "gateway/refusal.hpp"

#include <utility>

namespace weir::gateway {

Refusal make_refusal(Errc code, std::string message) {
  Refusal refusal{.code = code, .message = std::move(message)};
  if (code == Errc::overloaded || code == Errc::upstream_busy) {
    refusal.retry_after = std::chrono::seconds(1);
  }
  return refusal;
}

Refusal make_refusal(AttemptEnd end) {
  auto refusal = make_refusal(*end.error, std::move(end.message));
  if (end.retry_after) refusal.retry_after = end.retry_after;
  return refusal;
}

}  // namespace weir::gateway
