#include "auth/bearer.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace weir::auth {

namespace {

constexpr std::string_view kScheme = "bearer";

// The length of the part of a token before its `=` signs. Without branches within a block, so that
// the compiler checks its bytes at once.
std::size_t token68_length(std::string_view token) {
  constexpr std::size_t kBlock = 16;
  std::size_t length = 0;
  for (; token.size() - length >= kBlock; length += kBlock) {
    unsigned others = 0;
    for (std::size_t i = 0; i < kBlock; ++i) others |= is_token68(token[length + i]) ? 0U : 1U;
    if (others != 0) break;
  }
  while (length < token.size() && is_token68(token[length])) ++length;
  return length;
}

}  // namespace

std::optional<std::string_view> parse_bearer(std::string_view header_value) {
  if (!std::ranges::equal(header_value.substr(0, kScheme.size()), kScheme, {}, lower)) {
    return std::nullopt;
  }
  header_value.remove_prefix(kScheme.size());
  const auto token_at = header_value.find_first_not_of(' ');
  if (token_at == 0 || token_at == std::string_view::npos) return std::nullopt;
  const auto token = header_value.substr(token_at);

  const auto length = token68_length(token);
  if (length == 0 || token.find_first_not_of('=', length) != token.npos) return std::nullopt;
  return token;
}

}  // namespace weir::auth
