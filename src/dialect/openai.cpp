// OpenAI's chat completions and older endpoints.
//
// Source: platform.openai.com, API reference: chat streaming; guides, error codes; read 2026-11.
#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

std::string_view error_type(int status) {
  if (status == 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

// OpenAI's word where it has one, since clients compare it.
std::string_view error_code(Errc code) {
  switch (code) {
    case Errc::invalid_token:
      return "invalid_api_key";
    case Errc::rate_limited:
      return "rate_limit_exceeded";
    default:
      return describe(code).slug;
  }
}

// OpenAI's word for an account without credit, in both members. async-openai and others wait as
// long as Retry-After says, a day if need be, unless they read it.
constexpr std::string_view kUsedUp = "insufficient_quota";

}  // namespace

// OpenAI's error, with the members of SiliconFlow's beside it: clients of both find the message.
void append_openai_error(std::string& out, const PublicError& error) {
  const auto status = describe(error.code).status;
  const bool is_used_up = status == 429 && error.is_final;
  codec::JsonWriter json(out);
  json.begin_object().key("error").begin_object();
  json.key("message").value(error.text());
  json.key("type").value(is_used_up ? kUsedUp : error_type(status)).key("param").null();
  json.key("code").value(is_used_up ? kUsedUp : error_code(error.code)).end_object();
  json.key("code").value(siliconflow_number(error.code));
  json.key("message").value(error.text()).key("data").value("").end_object();
}

void append_openai_break(std::string& out, const StreamBreak& broken) {
  const auto status = describe(broken.code).status;
  const bool is_ours = broken.code == Errc::stopping || status < 500;
  out += "data: ";
  codec::JsonWriter json(out);
  json.begin_object().key("error").begin_object();
  json.key("message").value(message_of(broken));
  json.key("type").value(is_ours ? error_type(status) : "upstream_error");
  json.key("code").value(describe(broken.code).slug).end_object().end_object();
  out += "\n\n";
}

constinit const FamilyRow kOpenai{
    .slug = "openai",
    .text = kChatText,
    .stream = kChunks,
    .append_error = &append_openai_error,
    .append_break = &append_openai_break,
};

}  // namespace weir::dialect::detail
