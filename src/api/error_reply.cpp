#include "api/error_reply.hpp"

#include <fmt/format.h>

#include "codec/visible.hpp"
#include "dialect/advice.hpp"
#include "dialect/family.hpp"

namespace weir::api {

namespace {

// The longest wait that a library may take upon itself. Given more, some try again at once and some
// sleep for hours, without a word to their user.
constexpr std::chrono::seconds kLongestWait{60};

// The libraries of OpenAI and Anthropic read this before they decide by the status.
bool may_retry(const ErrorAnswer& error) {
  const bool never_fits = error.code == Errc::rate_limited && !error.retry_after;
  const bool too_long = error.retry_after && *error.retry_after > kLongestWait;
  return describe(error.code).retry != Retry::never && !never_fits && !too_long;
}

}  // namespace

std::string error_body(Errc code, std::string_view message) {
  return dialect::error_body(dialect::Family::siliconflow, {code, message});
}

http::Reply error_reply(dialect::Family family, const ErrorAnswer& error) {
  const ErrorRow& row = describe(error.code);
  const bool by_contract = family == dialect::Family::siliconflow;
  const auto text = by_contract ? std::string(error.message)
                                : dialect::advice({.code = error.code,
                                                   .message = error.message,
                                                   .retry_after = error.retry_after,
                                                   .plain = error.plain});
  const bool is_final = !may_retry(error);
  auto reply =
      http::Reply::with_body(row.status, dialect::error_body(family, {error.code, text, is_final}));
  reply.fixed_fields = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
  if (row.status == 401) reply.fields += "WWW-Authenticate: Bearer\r\n";
  if (error.retry_after) {
    reply.fields += fmt::format("Retry-After: {}\r\n", error.retry_after->count());
  }
  if (is_final) reply.fields += "x-should-retry: false\r\n";
  return reply;
}

std::string unknown_path_text(std::string_view path) {
  if (path.starts_with("/v1beta/")) {
    return fmt::format(
        "The path {} does not exist: models and the methods that call them are served of Google's "
        "API. GET /openapi.yaml lists the paths.",
        codec::visible_excerpt(path));
  }
  return fmt::format(
      "The path {} does not exist. The base URL ends in /v1; GET /openapi.yaml lists the paths.",
      codec::visible_excerpt(path));
}

std::string page_method_text(std::string_view path) {
  return fmt::format(
      "The path {} is a page and takes no calls. The base URL ends in /v1; GET /openapi.yaml lists "
      "the paths.",
      codec::visible_excerpt(path));
}

std::string errors_reference() {
  std::string text =
      "The body is the contract's. In other shapes the message is the one beside it; where there "
      "is "
      "none, the body's, and what the client can do.\n\n"
      "| Error | Status | Body | Message elsewhere | Party | Retry | Meaning and action |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (Errc code : all_errors()) {
    const ErrorRow& row = describe(code);
    text += fmt::format("| `{}` | {} | `{}` | {} | {} | {} | {} |\n", row.slug, row.status,
                        error_body(code), row.plain, name(row.party), name(row.retry), row.use);
  }
  return text;
}

}  // namespace weir::api
