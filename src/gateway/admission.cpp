#include "gateway/admission.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "catalogue/list_query.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/rate_limit_fields.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using dialect::Meter;
using dialect::RequestId;

limit::CallShape shape_of(const catalogue::Model& model, const CallRequest& request,
                          Endpoint endpoint, std::size_t body_bytes) {
  limit::CallShape shape;
  shape.body_bytes = body_bytes;
  const bool makes_tokens = dialect::of(endpoint).counts(Meter::output_tokens);
  shape.max_tokens = makes_tokens ? request.max_tokens : std::optional(std::int64_t{0});
  shape.answers = request.answers;
  shape.prompts = request.prompts;
  shape.token_ids = request.token_ids;
  const auto& facts = model.facts;
  shape.context_length = facts.max_model_len ? facts.max_model_len : facts.context_length;
  shape.max_output_tokens = facts.max_output_tokens;
  return shape;
}

std::expected<const catalogue::Model*, Refusal> find_model(const CallInput& input,
                                                           const std::string& name) {
  const auto* model = catalogue::find_visible(*input.catalogue, name, *input.scope, true);
  if (model == nullptr) {
    auto refusal = make_refusal(Errc::model_not_found);
    refusal.plain = unknown_model_text(name);
    return std::unexpected(std::move(refusal));
  }
  input.record.model = model->id;
  const auto& row = catalogue::describe(input.endpoint);
  if (!row.takes(model->model_class.sub_types)) {
    return std::unexpected(
        make_refusal(Errc::wrong_endpoint, wrong_endpoint_message(*model, input.endpoint, false)));
  }
  return model;
}

// Nothing for an id that was not issued here, to this key.
std::unique_ptr<RequestPlace> find_place(SealedId kind, const CallInput& input,
                                         const Shared& shared, const CallRequest& request) {
  const auto& settings = input.directory->settings();
  const auto lifetime =
      kind == SealedId::video ? settings.video_request_id_lifetime : settings.response_id_lifetime;
  auto place = shared.request_seal.open(kind, request.request_id, input.key_identity,
                                        input.exchange.whole_at, lifetime);
  return place ? std::make_unique<RequestPlace>(std::move(*place)) : nullptr;
}

// One answer for all reasons: an id reveals nothing to a client that it was not issued to.
// Source of the sentences about responses: OpenAI's API, 2026.
Refusal unknown_id(RequestId by, const std::string& id) {
  switch (by) {
    case RequestId::named: {
      auto refusal = make_refusal(Errc::not_found);
      refusal.plain = fmt::format("Response with id '{}' not found.", id);
      return refusal;
    }
    case RequestId::kept:
      return make_refusal(Errc::invalid_parameter,
                          fmt::format("Previous response with id '{}' not found.", id));
    default:
      return make_refusal(Errc::invalid_parameter, "Unknown requestId.");
  }
}

// The place of what the request is about, if that is something which an upstream has; else null.
std::expected<std::unique_ptr<RequestPlace>, Refusal> find_place(const CallInput& input,
                                                                 const Shared& shared,
                                                                 const CallRequest& request) {
  const auto by = dialect::of(input.endpoint).request_id;
  if (by == RequestId::none || by == RequestId::issued) return nullptr;
  const auto kind = by == RequestId::taken ? SealedId::video : SealedId::response;
  // An id of the upstream's own, which was not issued here, is for the upstream to judge.
  if (by == RequestId::kept && !RequestSeal::is_sealed(kind, request.request_id)) return nullptr;
  auto place = find_place(kind, input, shared, request);
  if (!place) return std::unexpected(unknown_id(by, request.request_id));
  return place;
}

// Only the upstream that has a response can continue it.
bool has_route_to(const catalogue::Model& model, const std::string& upstream) {
  return std::ranges::find(model.routes, upstream, &catalogue::Route::upstream) !=
         model.routes.end();
}

// A video or a response whose upstream is not there any more is as one that cannot be reached now.
Refusal elsewhere(const CallInput& input, const catalogue::Model& model) {
  if (dialect::of(input.endpoint).request_id != RequestId::kept) {
    return make_refusal(Errc::upstream_unavailable);
  }
  return make_refusal(Errc::invalid_parameter,
                      fmt::format("The response of previous_response_id is kept where the model {} "
                                  "is not served. Use the model that made it.",
                                  model.id));
}

// Reserves what the call is expected to use.
std::expected<void, Refusal> reserve(Admitted& admitted, const CallInput& input,
                                     const limit::TokenForecast& forecast) {
  const auto& model = admitted.model->counted_id();
  limit::Claim& claim = admitted.claim;
  const auto& row = dialect::of(input.endpoint);
  if (row.counts(Meter::input_tokens)) claim.tokens = forecast.estimate(model, admitted.shape);
  if (row.counts(Meter::images)) claim.images = admitted.shape.answers;

  const auto now = input.record.received;
  auto reserved = input.limiter->try_reserve(model, claim, now, &admitted.standing);
  // A mere guess must not shut out a key whose limit is small.
  const bool guessed = row.counts(Meter::output_tokens) && !admitted.shape.max_tokens;
  while (!reserved && guessed && reserved.error().retry_after == limit::Admission::kNever &&
         claim.tokens > 1) {
    claim.tokens /= 2;
    reserved = input.limiter->try_reserve(model, claim, now, &admitted.standing);
  }
  if (!reserved) {
    const auto& why = reserved.error();
    input.record.limited_by = why.by;
    auto refusal = make_refusal(Errc::rate_limited, rate_limited_message(why));
    refusal.retry_after = retry_after(why);
    put_standing(refusal.fields, admitted.standing);
    return std::unexpected(std::move(refusal));
  }
  admitted.reservation = std::move(*reserved);
  return {};
}

}  // namespace

std::string wrong_endpoint_message(const catalogue::Model& model, Endpoint endpoint,
                                   bool none_speaks_it) {
  const auto path = catalogue::public_path(endpoint);
  if (none_speaks_it) {
    return fmt::format("The upstreams of the model {} do not support {}.", model.id, path);
  }
  std::string kinds;
  std::string paths;
  model.model_class.sub_types.for_each([&](catalogue::SubType sub_type) {
    const auto where = fmt::format("/v1{}", catalogue::endpoint_path_for(sub_type));
    if (!kinds.empty()) kinds += ", ";
    kinds += wire_name(sub_type);
    if (paths.find(where) != paths.npos) return;
    if (!paths.empty()) paths += " or ";
    paths += where;
  });
  if (kinds.empty()) {
    return fmt::format("The model {} cannot be called at {}.", model.id, path);
  }
  return fmt::format(
      "The model {} has the sub type {}, which cannot be called at {}. Use {} instead.", model.id,
      kinds, path, paths);
}

std::expected<Admitted, Refusal> admit(const CallInput& input, const Shared& shared,
                                       const CallRequest& request, std::size_t body_bytes) {
  std::expected<Admitted, Refusal> admitted;
  auto place = find_place(input, shared, request);
  if (!place) return std::unexpected(std::move(place.error()));
  admitted->place = std::move(*place);
  auto found = find_model(input, request.model.empty() ? admitted->place->model : request.model);
  if (!found) return std::unexpected(std::move(found.error()));
  admitted->model = *found;
  if (admitted->place && !has_route_to(**found, admitted->place->upstream)) {
    return std::unexpected(elsewhere(input, **found));
  }
  admitted->characters = request.characters;
  admitted->shape = shape_of(**found, request, input.endpoint, body_bytes);
  if (auto reserved = reserve(*admitted, input, shared.forecast); !reserved) {
    return std::unexpected(std::move(reserved.error()));
  }
  return admitted;
}

}  // namespace weir::gateway
