#include "gateway/admission.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "catalogue/list_query.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/prompt_estimate.hpp"
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

// `batched`: the endpoint that a batch calls.
std::expected<const catalogue::Model*, Refusal> find_model(const CallInput& input,
                                                           const std::string& name,
                                                           std::optional<Endpoint> batched) {
  const auto* model = catalogue::find_visible(*input.catalogue, name, *input.scope, true);
  if (model == nullptr) {
    auto refusal = make_refusal(Errc::model_not_found);
    refusal.plain = unknown_model_text(name);
    return std::unexpected(std::move(refusal));
  }
  input.record.model = model->id;
  const auto endpoint = batched.value_or(input.endpoint);
  if (!catalogue::describe(endpoint).takes(model->model_class.sub_types)) {
    return std::unexpected(
        make_refusal(Errc::wrong_endpoint, wrong_endpoint_message(*model, endpoint, false)));
  }
  return model;
}

// A voice is kept until it is deleted, and so is its id.
constexpr std::chrono::hours kForever{24 * 36500};

std::chrono::milliseconds lifetime_of(SealedId kind, const upstream::Settings& settings) {
  if (kind == SealedId::voice) return kForever;
  const bool is_video = kind == SealedId::video || kind == SealedId::openai_video;
  return is_video ? settings.video_request_id_lifetime : settings.response_id_lifetime;
}

// One answer for all reasons: an id reveals nothing to a client that it was not issued to.
Refusal unknown_id(const dialect::Ids& ids, const std::string& id) {
  std::string text(ids.unknown);
  constexpr std::string_view kPlaceholder = "{}";
  if (const auto at = text.find(kPlaceholder); at != text.npos) {
    text.replace(at, kPlaceholder.size(), id);
  }
  if (ids.use != RequestId::named) return make_refusal(Errc::invalid_parameter, std::move(text));
  auto refusal = make_refusal(Errc::not_found);
  refusal.plain = std::move(text);
  return refusal;
}

// The place of what the request is about, if that is something which an upstream has; else null.
std::expected<std::unique_ptr<RequestPlace>, Refusal> find_place(const CallInput& input,
                                                                 const Shared& shared,
                                                                 const CallRequest& request) {
  const auto& ids = dialect::of(input.endpoint).ids;
  const auto by = ids.use;
  if (by == RequestId::none || by == RequestId::issued || by == RequestId::made) return nullptr;
  // An id of the upstream's own, which was not issued here, is for the upstream to judge.
  const bool may_be_other = by == RequestId::kept || by == RequestId::used;
  if (may_be_other && !RequestSeal::is_sealed(ids.kind, request.request_id)) return nullptr;
  auto place = shared.request_seal.open(ids.kind, request.request_id, input.key_identity,
                                        input.exchange.whole_at,
                                        lifetime_of(ids.kind, input.directory->settings()));
  if (!place) return std::unexpected(unknown_id(ids, request.request_id));
  if (by == RequestId::batched && !place->batch) {
    return std::unexpected(make_refusal(Errc::invalid_parameter,
                                        "The input_file_id must be the id of an upload's answer."));
  }
  return std::make_unique<RequestPlace>(std::move(*place));
}

// Only the upstream that has a response can continue it.
bool has_route_to(const catalogue::Model& model, const std::string& upstream) {
  return std::ranges::find(model.routes, upstream, &catalogue::Route::upstream) !=
         model.routes.end();
}

// An upstream that is not there any more is as one that cannot be reached now.
Refusal elsewhere(const CallInput& input, const catalogue::Model& model) {
  const auto& ids = dialect::of(input.endpoint).ids;
  if (ids.use != RequestId::kept && ids.use != RequestId::used) {
    return make_refusal(Errc::upstream_unavailable);
  }
  const auto what =
      ids.continues_response() ? "response of previous_response_id" : "voice of this uri";
  return make_refusal(Errc::invalid_parameter,
                      fmt::format("The {} is kept where the model {} is not served. Use the model "
                                  "that made it.",
                                  what, model.id));
}

// Reserves what the call is expected to use.
std::expected<void, Refusal> reserve(Admitted& admitted, const CallInput& input,
                                     const limit::TokenForecast& forecast) {
  const auto& model = admitted.model->counted_id();
  limit::Claim& claim = admitted.claim;
  const auto& row = dialect::of(input.endpoint);
  if (admitted.batch) {
    claim.tokens = admitted.batch->prompt + admitted.batch->answer;
  } else if (input.session) {
    claim.tokens = 1;  // those of a session are counted as its responses report them
  } else if (row.counts(Meter::input_tokens)) {
    claim.tokens = forecast.estimate(model, admitted.shape);
  }
  if (row.counts(Meter::images)) claim.images = admitted.shape.answers;

  const auto now = input.record.received;
  auto reserved = input.limiter->try_reserve(model, claim, now, &admitted.standing);
  // A mere guess must not shut out a key whose limit is small.
  const bool guessed =
      row.counts(Meter::output_tokens) && !admitted.shape.max_tokens && !admitted.batch;
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

BatchTokens weigh_line(const BatchLine& line, const catalogue::Model& model,
                       const limit::TokenForecast& forecast) {
  const auto& name = model.counted_id();
  auto shape = shape_of(model, line.request, line.endpoint, line.body.size());
  const auto all = forecast.estimate(name, shape);
  shape.max_tokens = 0;
  const auto prompt = forecast.estimate(name, shape);
  const auto text = weigh_body(line.body);
  const auto counted = text.empty() ? prompt : estimate_tokens(text, name, forecast);
  return {.prompt = counted + line.request.token_ids,
          .answer = std::max<std::int64_t>(0, all - prompt)};
}

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
  auto found = find_model(input, request.model.empty() ? admitted->place->model : request.model,
                          request.batched);
  if (!found) return std::unexpected(std::move(found.error()));
  admitted->model = *found;
  if (admitted->place && !has_route_to(**found, admitted->place->upstream)) {
    return std::unexpected(elsewhere(input, **found));
  }
  admitted->characters = request.characters;
  admitted->shape = shape_of(**found, request, input.endpoint, body_bytes);
  if (dialect::of(input.endpoint).ids.use == RequestId::batched) {
    admitted->batch = admitted->place->batch;
  }
  if (auto reserved = reserve(*admitted, input, shared.forecast); !reserved) {
    return std::unexpected(std::move(reserved.error()));
  }
  return admitted;
}

}  // namespace weir::gateway
