#include "auth/bearer.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace weir::auth {

namespace {

constexpr std::string_view kScheme = "bearer";

}  // namespace

std::optional<std::string_view> parse_bearer(std::string_view header_value) {
  if (!std::ranges::equal(header_value.substr(0, kScheme.size()), kScheme, {}, lower)) {
    return std::nullopt;
  }
  header_value.remove_prefix(kScheme.size());
  const auto token_at = header_value.find_first_not_of(' ');
  if (token_at == 0 || token_at == std::string_view::npos) return std::nullopt;
  const auto token = header_value.substr(token_at);

  const auto padding = std::ranges::find_if_not(token, is_token68);
  if (padding == token.begin()) return std::nullopt;
  if (!std::all_of(padding, token.end(), [](char c) { return c == '='; })) return std::nullopt;
  return token;
}

}  // namespace weir::auth
