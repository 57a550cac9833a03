/// Weighs the prompt of a call's JSON body, in any family's shape. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "codec/text_weight.hpp"

namespace weir::dialect {

struct PromptWeight {
  codec::TextWeight text;
  std::int64_t messages = 0;
  std::int64_t token_ids = 0;  ///< of prompts given as numbers
};

/// Weighs the strings that a model reads: contents, instructions, inputs, documents, descriptions
/// of tools. Data, such as an image, is not text. A part of a long prompt is weighed, and the rest
/// taken to be alike.
///
/// Cost: about 20 instructions per byte of text, up to 16 KiB of it, and less beyond.
[[nodiscard]] PromptWeight weigh_prompt(std::string_view body);

}  // namespace weir::dialect
