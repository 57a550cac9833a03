/// Weights of content negotiation.
///
/// Source: RFC 9110 §12.4.2.
#pragma once

#include <optional>
#include <string_view>

namespace weir::codec {

inline constexpr int kFullWeight = 1000;  ///< weights have at most three decimals

/// "0", "0.5", "1.000" in thousandths; nothing for other text.
[[nodiscard]] std::optional<int> parse_qvalue(std::string_view text);

}  // namespace weir::codec
