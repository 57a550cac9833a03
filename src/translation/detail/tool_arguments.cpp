#include "translation/detail/tool_arguments.hpp"

#include <cstddef>

#include "codec/json_text.hpp"
#include "translation/detail/json_object.hpp"
#include "translation/detail/tool_calls.hpp"

namespace weir::translation::detail {
namespace {

constexpr std::size_t kMaxDepth = 256;

}  // namespace

void append_arguments(std::string& out, std::string_view arguments) {
  if (is_empty(arguments)) {
    out += "{}";
  } else if (is_json_object(arguments, kMaxDepth)) {
    out += arguments;
  } else {
    codec::JsonWriter(out).begin_object().key("INVALID_JSON").value(arguments).end_object();
  }
}

}  // namespace weir::translation::detail
