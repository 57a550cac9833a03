#include "translation/translation.hpp"

#include "base/check.hpp"
#include "translation/detail/directions.hpp"
#include "translation/detail/lenient_json.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation {

using catalogue::Endpoint;

std::size_t count_values(std::string_view body) { return detail::count_values(body); }

std::optional<Endpoint> target_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::messages:
    case Endpoint::responses:
      return Endpoint::chat_completions;
    default:
      return std::nullopt;
  }
}

Result<Request> translate(Endpoint from, std::string_view body, const Options& options) {
  auto parsed = detail::parse_request(body, options.max_depth);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  CHECK(target_of(from));
  return from == Endpoint::messages ? detail::chat_of_messages(*parsed, options)
                                    : detail::chat_of_responses(*parsed, options);
}

}  // namespace weir::translation
