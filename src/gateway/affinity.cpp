#include "gateway/affinity.hpp"

#include "dialect/conversation.hpp"

namespace weir::gateway {
namespace {

std::string_view part(std::string_view body, const Span& at) {
  return body.substr(at.begin, at.end - at.begin);
}

}  // namespace

std::optional<std::uint64_t> find_affinity(const CallContext& context,
                                           const catalogue::Model& model,
                                           const Received& received) {
  const auto affinity = context.settings().affinity;
  if (affinity == upstream::Affinity::none || model.routes.size() < 2) return std::nullopt;
  if (affinity == upstream::Affinity::key) return context.input.key_hash;
  const auto& request = received.request();
  const dialect::PromptValues values{.instructions = part(received.body(), request.instructions_at),
                                     .turns = part(received.body(), request.turns_at)};
  return dialect::hash_conversation(values, dialect::of(context.input.endpoint).turns);
}

}  // namespace weir::gateway
