#include "api/ollama.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"
#include "codec/json_value.hpp"

namespace weir::api {

Result<std::string> shown_model(std::string_view body) {
  static constexpr codec::MemberPaths kMembers = {{"model", "name"}};
  constexpr std::size_t kMaxNameBytes = 4096;
  codec::JsonScanner scanner(kMembers, kMaxNameBytes);
  std::optional<std::string> model;
  scanner.feed(body, [&](const codec::JsonValue& value) {
    auto text = codec::parse_json_string(value.text);
    if (text && !text->empty() && (value.member == 0 || !model)) model = std::move(*text);
  });
  if (scanner.state() == codec::JsonScanner::State::broken) {
    return fail(Errc::invalid_parameter, "The request body is not valid JSON.");
  }
  if (!model) return fail(Errc::invalid_parameter, "The parameter model is missing.");
  return std::move(*model);
}

std::optional<std::string> management_text(std::string_view path) {
  constexpr std::string_view kPaths[] = {"/api/pull", "/api/push",   "/api/create",
                                         "/api/copy", "/api/delete", "/api/blobs"};
  const auto manages = [&](std::string_view known) {
    return path == known || (path.starts_with(known) && path.substr(known.size()).starts_with('/'));
  };
  const auto* found = std::ranges::find_if(kPaths, manages);
  if (found == std::end(kPaths)) return std::nullopt;
  return fmt::format(
      "{} is not available here: the operator of this server decides which models there are. "
      "GET /api/tags lists them.",
      *found);
}

}  // namespace weir::api
