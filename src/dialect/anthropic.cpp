// Anthropic's messages.
//
// Source: docs.anthropic.com, Messages: streaming; Errors; read 2026-11.
#include <array>

#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

constexpr std::array<std::string_view, 1> kEnds = {"message_stop"};

// A stream's error has the type that the status of a whole answer would have had.
std::string_view error_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

void append_error(std::string& out, const PublicError& error) {
  codec::JsonWriter json(out);
  json.begin_object().key("type").value("error").key("error").begin_object();
  json.key("type").value(error_type(describe(error.code).status));
  json.key("message").value(error.text()).end_object().end_object();
}

void append_break(std::string& out, const StreamBreak& broken) {
  out += "event: error\ndata: ";
  append_error(out, {broken.code, message_of(broken)});
  out += "\n\n";
}

}  // namespace

constinit const FamilyRow kAnthropic{
    .slug = "anthropic",
    .text = {MemberName::name, MemberName::text, MemberName::thinking},
    .stream = {.framing = Framing::events,
               .text = {MemberName::name, MemberName::partial_json, MemberName::text,
                        MemberName::thinking},
               .ends = kEnds},
    .append_error = &append_error,
    .append_break = &append_break,
};

}  // namespace weir::dialect::detail
