// Ollama's own API.
//
// Source: docs.ollama.com/api, Streaming and Errors; ollama/ollama api/types.go; 2026-11.
#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

// Ollama's Python client fails at a body that is JSON and no object.
void append_error(std::string& out, const PublicError& error) {
  codec::JsonWriter(out).begin_object().key("error").value(error.text()).end_object();
}

void append_break(std::string& out, const StreamBreak& broken) {
  append_error(out, {broken.code, message_of(broken)});
  out += '\n';
}

constexpr TextNames kTexts{MemberName::content, MemberName::name, MemberName::response,
                           MemberName::thinking};

}  // namespace

constinit const FamilyRow kOllama{
    .slug = "ollama",
    .text = kTexts,
    .stream = {.framing = Framing::lines, .text = kTexts, .ends = {}},
    .append_error = &append_error,
    .append_break = &append_break,
};

}  // namespace weir::dialect::detail
