/// Token counts as in OpenAI's chat and completion answers.
#pragma once

#include <cstdint>

#include "codec/json_text.hpp"

namespace weir::simulator::detail {

struct Usage {
  std::int64_t prompt = 0;
  std::int64_t completion = 0;  ///< including the reasoning
  std::int64_t reasoning = 0;
};

inline void write_usage(codec::JsonWriter& json, const Usage& usage) {
  json.begin_object().key("prompt_tokens").value(usage.prompt);
  json.key("completion_tokens").value(usage.completion);
  json.key("total_tokens").value(usage.prompt + usage.completion);
  if (usage.reasoning > 0) {
    json.key("completion_tokens_details").begin_object();
    json.key("reasoning_tokens").value(usage.reasoning).end_object();
  }
  json.end_object();
}

}  // namespace weir::simulator::detail
