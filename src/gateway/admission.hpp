/// Whether a call may be made at all: its model, its path, its limits. No I/O.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "gateway/batch_upload.hpp"
#include "gateway/call_request.hpp"
#include "gateway/gateway.hpp"
#include "gateway/refusal.hpp"
#include "gateway/request_token.hpp"
#include "limit/key_limiter.hpp"
#include "limit/token_forecast.hpp"

namespace weir::gateway {

/// A call within its limits. Lifetime: the catalogue it was found in outlives it.
struct Admitted {
  const catalogue::Model* model = nullptr;
  limit::CallShape shape;
  limit::Claim claim;           ///< counted until it is settled
  std::int64_t characters = 0;  ///< to be spoken
  limit::Reservation reservation;
  limit::Standing standing;
  std::unique_ptr<RequestPlace> place;  ///< of what the call is about; null: it names a model only
  /// The tokens that a batch is expected to use, which nobody reports later; null for other calls.
  std::optional<BatchTokens> batch = {};
};

/// `body_bytes`: of the body, as far as it is here. Names the model in the call's record, and the
/// limit that refused it.
[[nodiscard]] std::expected<Admitted, Refusal> admit(const CallInput& input, const Shared& shared,
                                                     const CallRequest& request,
                                                     std::size_t body_bytes);

/// The tokens of `model` that a line of a batch is expected to use.
[[nodiscard]] BatchTokens weigh_line(const BatchLine& line, const catalogue::Model& model,
                                     const limit::TokenForecast& forecast);

/// For a client that called a model at a path that it is not served at; `none_speaks_it`: one at
/// which none of its upstreams serves it.
[[nodiscard]] std::string wrong_endpoint_message(const catalogue::Model& model,
                                                 catalogue::Endpoint endpoint, bool none_speaks_it);

}  // namespace weir::gateway
