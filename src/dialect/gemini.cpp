// Google's generateContent.
//
// Source: ai.google.dev, API reference: generateContent; google.rpc.Code and its HTTP mapping;
// google-genai 3.6 for Python, which reads an error within a stream, 2026-11.
#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

std::string_view status_name(int status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 402:
      return "FAILED_PRECONDITION";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
    case 410:
      return "NOT_FOUND";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 408:
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
  }
}

void append_error(std::string& out, const PublicError& error) {
  const int status = describe(error.code).status;
  codec::JsonWriter json(out);
  json.begin_object().key("error").begin_object().key("code").value(status);
  json.key("message").value(error.text()).key("status").value(status_name(status));
  json.end_object().end_object();
}

void append_break(std::string& out, const StreamBreak& broken) {
  out += "data: ";
  append_error(out, {broken.code, message_of(broken)});
  out += "\n\n";
}

constexpr TextNames kText{MemberName::name, MemberName::text};

}  // namespace

constinit const FamilyRow kGemini{
    .slug = "gemini",
    .text = kText,
    .stream = {.framing = Framing::data, .text = kText, .ends = {}},
    .append_error = &append_error,
    .append_break = &append_break,
};

}  // namespace weir::dialect::detail
