#include "translation/detail/response_usage.hpp"

#include "codec/json_text.hpp"

namespace weir::translation::detail {

void append_usage(std::string& out, const dialect::TokenUsage& usage) {
  if (!usage.known()) {
    out += "null";
    return;
  }
  codec::JsonWriter json(out);
  json.begin_object().key("input_tokens").value(usage.input.value_or(0));
  json.key("input_tokens_details").begin_object();
  json.key("cached_tokens").value(usage.cached.value_or(0));
  json.key("cache_write_tokens").value(0).end_object();
  json.key("output_tokens").value(usage.output.value_or(0));
  json.key("output_tokens_details").begin_object();
  json.key("reasoning_tokens").value(usage.reasoning.value_or(0)).end_object();
  json.key("total_tokens").value(usage.total()).end_object();
}

}  // namespace weir::translation::detail
