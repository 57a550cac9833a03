/// Signatures of thinking that is a chat upstream's. They say which member of chat it came in, so
/// that it can go back, and hold the text of thinking that the client does not want to see.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace weir::translation::detail {

/// Bytes of a text that a signature holds. A longer one is not held.
inline constexpr std::size_t kMaxSignedBytes = std::size_t{1} << 20;

/// `member`: where the text was. `text`: empty if the block has it.
[[nodiscard]] std::string signature_of(std::string_view member, std::string_view text);

/// The text that goes back as `reasoning_content`, from a block of thinking: one that came in it,
/// or that has no signature, and so is no model's of Anthropic's. Empty for others. Servers refuse
/// members that are not theirs, so that others do not go back. Valid as long as `block`.
[[nodiscard]] std::string_view reasoning_of(const boost::json::object& block);

}  // namespace weir::translation::detail
