/// What requests for pictures and videos have in common.
#pragma once

#include <cstdint>
#include <string_view>

#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/picture.hpp"

namespace weir::simulator::detail {

inline constexpr int kMaxSide = 256;

/// `WxH` at the first of `image_size` and `size` that is there, or square; made smaller in
/// proportion until no side is longer than `max_side`.
[[nodiscard]] Size read_size(Fields& fields, int max_side);

/// The client's `seed`, or one that follows from the prompt, the model and the picture given.
[[nodiscard]] std::int64_t read_seed(Fields& fields, const Asked& asked, std::string_view prompt);

/// The picture to start from, as a file called `image` or a member of that name; empty if none.
/// It is never looked at: its bytes only choose other colours. Required where the model's sub type
/// says so.
[[nodiscard]] std::string_view read_source(Fields& fields, const Asked& asked);

}  // namespace weir::simulator::detail
