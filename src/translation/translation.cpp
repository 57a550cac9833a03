#include "translation/translation.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "dialect/endpoint.hpp"
#include "translation/detail/camel_case.hpp"
#include "translation/detail/directions.hpp"
#include "translation/detail/lenient_json.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation {
namespace {

using catalogue::Endpoint;

struct Direction {
  Endpoint from;
  Endpoint target;
  Result<Request> (*translate)(const boost::json::object& request, const Options& options);
};

constexpr Direction kDirections[] = {
    {Endpoint::messages, Endpoint::chat_completions, &detail::chat_of_messages},
    {Endpoint::responses, Endpoint::chat_completions, &detail::chat_of_responses},
    {Endpoint::generate_content, Endpoint::chat_completions, &detail::chat_of_gemini},
    {Endpoint::stream_generate_content, Endpoint::chat_completions, &detail::chat_of_gemini_stream},
    {Endpoint::embed_content, Endpoint::embeddings, &detail::embeddings_of_gemini},
    {Endpoint::batch_embed_contents, Endpoint::embeddings, &detail::embeddings_of_gemini_batch},
    {Endpoint::ollama_chat, Endpoint::chat_completions, &detail::chat_of_ollama_chat},
    {Endpoint::ollama_generate, Endpoint::chat_completions, &detail::chat_of_ollama_generate},
    {Endpoint::ollama_embed, Endpoint::embeddings, &detail::embeddings_of_ollama_embed},
    {Endpoint::ollama_embeddings, Endpoint::embeddings, &detail::embeddings_of_ollama_embeddings},
};

const Direction* find_direction(Endpoint from) {
  const auto* found = std::ranges::find(kDirections, from, &Direction::from);
  return found == std::end(kDirections) ? nullptr : found;
}

}  // namespace

std::size_t count_values(std::string_view body) { return detail::count_values(body); }

std::optional<Endpoint> target_of(Endpoint endpoint) {
  const auto* direction = find_direction(endpoint);
  return direction == nullptr ? std::nullopt : std::optional(direction->target);
}

Result<Request> translate(Endpoint from, std::string_view body, const Options& options) {
  auto parsed = detail::parse_request(body, options.max_depth);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const auto* direction = find_direction(from);
  CHECK(direction != nullptr);
  if (dialect::of(from).family == dialect::Family::gemini) detail::use_camel_case(*parsed);
  return direction->translate(*parsed, options);
}

}  // namespace weir::translation
