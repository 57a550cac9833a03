/// Members that image and video requests share.
#pragma once

#include <cstdint>
#include <string_view>

#include "simulator/detail/endpoints.hpp"
#include "synthetic/picture.hpp"

namespace weir::simulator::detail {

inline constexpr int kMaxSide = 256;

/// `WxH` from the first of `image_size` and `size` that is present, or square; scaled down until no
/// side exceeds `max_side`.
[[nodiscard]] synthetic::Size read_size(Fields& fields, int max_side);

/// The client's `seed`, or one derived from the prompt, the model and the source image.
[[nodiscard]] std::int64_t read_seed(Fields& fields, const Asked& asked, std::string_view prompt);

/// The source image: a file called `image` or a member of that name; empty if there is none. It is
/// not decoded: its bytes only select other colours. Required if the model's sub type requires it.
[[nodiscard]] std::string_view read_source(Fields& fields, const Asked& asked);

}  // namespace weir::simulator::detail
