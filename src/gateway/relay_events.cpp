// The part of Relay that reads events.
#include <utility>

#include <fmt/format.h>

#include "catalogue/list_query.hpp"
#include "codec/json_text.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/relay.hpp"
#include "gateway/session_event.hpp"

namespace weir::gateway {

using http::CloseCode;
using upstream::Outcome;

// An id has one sealed form within a response.
void Relay::forget_ids() {
  const auto& context = input_.context;
  const bool keeps = dialect::of(context.input.endpoint).ids.use == dialect::RequestId::kept;
  if (!keeps) return;
  auto seal = [this](SealedId kind, std::string_view id) {
    const auto& input = input_.context.input;
    return input_.context.gateway.shared().request_seal.seal(
        kind, {record().upstream, record().model, std::string(id)}, input.key_identity, wall_now());
  };
  ids_.emplace(context.input.endpoint, std::move(seal));
}

std::optional<std::string_view> Relay::read_client_text(std::string_view text) {
  const auto depth = static_cast<std::size_t>(input_.context.settings().max_json_depth);
  const auto event = read_client_event(text, depth);
  if (!event) {
    end_with(Outcome::cancelled, Errc::invalid_parameter, CloseCode::policy_violation,
             event.error().detail);
    return std::nullopt;
  }
  const auto& input = input_.context.input;
  for (const auto& model : event->models) {
    const auto* named = catalogue::find_visible(*input.catalogue, model.name, *input.scope, true);
    const auto& own = input_.admitted.model->counted_id();
    if (named != nullptr && named->counted_id() == own) continue;
    end_with(
        Outcome::cancelled, Errc::invalid_parameter, CloseCode::policy_violation,
        fmt::format("The model of a session cannot change. This one's is {}.", record().model));
    return std::nullopt;
  }
  std::vector<Edit> edits;
  append_renames(edits, event->models, attempt_.choice().route->model);
  for (const auto& response : event->continued) {
    if (!open_id(response, edits)) return std::nullopt;
  }
  if (edits.empty()) return text;
  text_ = edit_event(text, std::move(edits));
  return text_;
}

// An id that was not sealed is for the upstream to judge.
bool Relay::open_id(const NamedModel& response, std::vector<Edit>& edits) {
  constexpr auto kKind = SealedId::response;
  if (!ids_ || !RequestSeal::is_sealed(kKind, response.name)) return true;
  const auto& context = input_.context;
  const auto place = context.gateway.shared().request_seal.open(
      kKind, response.name, context.input.key_identity, wall_now(),
      context.settings().response_id_lifetime);
  if (place && place->upstream == record().upstream) {
    std::string id;
    codec::append_json_string(id, place->request_id);
    edits.push_back({response.at, std::move(id)});
    return true;
  }
  end_with(Outcome::cancelled, Errc::invalid_parameter, CloseCode::policy_violation,
           fmt::format("Previous response with id '{}' not found.", response.name));
  return false;
}

std::string_view Relay::read_upstream_text(std::string_view text) {
  auto event = read_upstream_event(text);
  count(event.usage);
  const auto& name = attempt_.choice().route->model;
  std::erase_if(event.models, [&](const NamedModel& model) { return model.name != name; });
  std::vector<Edit> edits;
  if (ids_) edits = ids_->find(text);
  if (event.usage.known()) forget_ids();
  if (name != record().model) append_renames(edits, event.models, record().model);
  if (edits.empty()) return text;
  text_ = edit_event(text, std::move(edits));
  return text_;
}

void Relay::count(const dialect::TokenUsage& usage) {
  if (!usage.known()) return;
  add_usage(record().usage, usage);
  const auto more = usage.total() - std::exchange(reserved_, 0);
  limited_ = input_.admitted.reservation.add({.tokens = more}, monotonic_now());
}

}  // namespace weir::gateway
