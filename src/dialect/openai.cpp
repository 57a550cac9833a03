// OpenAI's chat completions and older endpoints.
//
// Source: platform.openai.com, API reference: chat streaming, read 2026-11.
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {

constinit const FamilyRow kOpenai{
    .slug = "openai",
    .stream = kChunks,
};

}  // namespace weir::dialect::detail
