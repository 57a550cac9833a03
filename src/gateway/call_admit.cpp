// Stage: admission, by model, path and limits.
#include <fmt/format.h>

#include "catalogue/list_query.hpp"
#include "gateway/call.hpp"
#include "gateway/rate_limit_fields.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

bool makes_text(Endpoint endpoint) {
  return endpoint == Endpoint::chat_completions || endpoint == Endpoint::completions ||
         endpoint == Endpoint::responses || endpoint == Endpoint::messages;
}

bool takes_tokens(Endpoint endpoint) {
  return makes_text(endpoint) || endpoint == Endpoint::embeddings || endpoint == Endpoint::rerank;
}

bool makes_images(Endpoint endpoint) {
  return endpoint == Endpoint::images_generations || endpoint == Endpoint::images_edits;
}

}  // namespace

bool Call::admit() {
  record_.phase = Phase::admitting;
  body_bytes_ = asked_->body.size();
  answers_ = asked_->request.answers;
  wants_stream_ = asked_->request.streamed;
  return find_model() && reserve();
}

bool Call::find_model() {
  if (input_.endpoint == Endpoint::video_status) {
    auto place = gateway_.shared_.request_seal.open(asked_->request.request_id, input_.key_identity,
                                                    input_.exchange.whole_at,
                                                    settings().video_request_id_lifetime);
    if (place) place_ = std::make_unique<RequestPlace>(std::move(*place));
    if (!place_) {
      // One answer for all reasons, so that ids reveal nothing to a key that did not submit them.
      refuse(Errc::invalid_parameter, "Unknown requestId.");
      return false;
    }
    asked_->request.model = place_->model;
  }
  model_ = catalogue::find_visible(*input_.catalogue, asked_->request.model, *input_.scope, true);
  if (model_ == nullptr) {
    refuse(Errc::model_not_found);
    return false;
  }
  record_.model = model_->id;
  const auto& row = catalogue::describe(input_.endpoint);
  if (!row.sub_types.intersects(model_->model_class.sub_types)) {
    refuse(Errc::wrong_endpoint, wrong_endpoint_message(false));
    return false;
  }
  return true;
}

// The message for a path that does not fit the model, or that none of its upstreams serves.
std::string Call::wrong_endpoint_message(bool none_speaks_it) const {
  const auto& path = catalogue::describe(input_.endpoint).path;
  if (none_speaks_it) {
    return fmt::format("The upstreams of the model {} do not speak /v1{}.", model_->id, path);
  }
  std::string kinds;
  std::string paths;
  model_->model_class.sub_types.for_each([&](catalogue::SubType sub_type) {
    const auto where = fmt::format("/v1{}", catalogue::endpoint_path_for(sub_type));
    if (!kinds.empty()) kinds += ", ";
    kinds += wire_name(sub_type);
    if (paths.find(where) != paths.npos) return;
    if (!paths.empty()) paths += " or ";
    paths += where;
  });
  if (kinds.empty()) {
    return fmt::format("The model {} cannot be called at /v1{}.", model_->id, path);
  }
  return fmt::format("The model {} is of the sub type {}, which is not called at /v1{} but at {}.",
                     model_->id, kinds, path, paths);
}

limit::CallShape Call::shape(std::optional<std::int64_t> max_tokens) const {
  limit::CallShape shape;
  shape.body_bytes = body_bytes_;
  shape.max_tokens = max_tokens;
  shape.answers = answers_;
  const auto& facts = model_->facts;
  shape.context_length = facts.max_model_len ? facts.max_model_len : facts.context_length;
  shape.max_output_tokens = facts.max_output_tokens;
  return shape;
}

limit::Claim Call::claim() const {
  limit::Claim claim;
  if (takes_tokens(input_.endpoint)) {
    const auto max_tokens =
        makes_text(input_.endpoint) ? asked_->request.max_tokens : std::optional(std::int64_t{0});
    claim.tokens = gateway_.shared_.forecast.estimate(model_->id, shape(max_tokens));
  }
  if (makes_images(input_.endpoint)) claim.images = answers_;
  return claim;
}

void Call::put_standing(std::string& fields) const {
  put_quota(fields, "requests", standing_.requests);
  put_quota(fields, "tokens", standing_.tokens);
}

bool Call::reserve() {
  claim_ = claim();
  auto reserved = input_.limiter->try_reserve(model_->id, claim_, record_.received, &standing_);
  // A mere estimate must not lock out a key with a small limit.
  const bool guessed = makes_text(input_.endpoint) && !asked_->request.max_tokens;
  while (!reserved && guessed && reserved.error().retry_after == limit::Admission::kNever &&
         claim_.tokens > 1) {
    claim_.tokens /= 2;
    reserved = input_.limiter->try_reserve(model_->id, claim_, record_.received, &standing_);
  }
  if (reserved) {
    reservation_ = std::move(*reserved);
    admitted_ = true;
    return true;
  }
  const auto& why = reserved.error();
  record_.limited_by = why.by;
  refuse(Errc::rate_limited, rate_limited_message(why));
  refusal_->retry_after = retry_after(why);
  put_standing(refusal_->fields);
  return false;
}

}  // namespace weir::gateway
