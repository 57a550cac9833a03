// OpenAI's responses.
//
// Source: platform.openai.com, API reference: responses streaming, read 2026-11.
#include <array>

#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

constexpr std::array<std::string_view, 3> kEnds = {"response.completed", "response.incomplete",
                                                   "response.failed"};

// The upstream numbers its events from 0, and the client has seen all of them.
void append_break(std::string& out, const StreamBreak& broken) {
  out += "event: response.failed\ndata: ";
  codec::JsonWriter json(out);
  json.begin_object().key("type").value("response.failed");
  json.key("sequence_number").value(broken.events);
  json.key("response").begin_object();
  json.key("id").value(codec::parse_json_string(broken.id).value_or(std::string{}));
  json.key("object").value("response").key("status").value("failed");
  json.key("error").begin_object().key("code").value("server_error");
  json.key("message").value(message_of(broken)).end_object();
  json.key("incomplete_details").null().key("model").value(broken.model);
  json.key("output").begin_array().end_array().key("usage").null().end_object().end_object();
  out += "\n\n";
}

}  // namespace

constinit const FamilyRow kResponses{
    .slug = "responses",
    .text = {MemberName::arguments, MemberName::refusal, MemberName::text},
    // The whole of a text follows its deltas.
    .stream = {.framing = Framing::events, .text = {MemberName::delta}, .ends = kEnds},
    .append_error = &append_openai_error,
    .append_break = &append_break,
};

}  // namespace weir::dialect::detail
