// SiliconFlow's own endpoints. Its chat is OpenAI's.
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {

constinit const FamilyRow kSiliconflow{
    .slug = "siliconflow",
    .stream = kChunks,
};

}  // namespace weir::dialect::detail
