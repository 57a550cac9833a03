/// Tells conversations apart by how their prompts begin. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dialect/endpoint.hpp"

namespace weir::dialect {

/// The raw JSON values of a call's body that hold its prompt; empty if it has none.
struct PromptValues {
  std::string_view instructions = {};  ///< `system`, `instructions`
  std::string_view turns = {};         ///< `messages`, `input`, `prompt`
};

/// A hash that all turns of a conversation have in common, and other conversations have not. It
/// covers the system prompt and the messages up to the user's first, and ignores how a client
/// writes a turn: as a string or in parts, and with which marks for the cache. If the prompt is one
/// growing text, its beginning is hashed. Nothing: it has no text.
///
/// Cost: a pass over at most 1 MiB of each value, up to the end of the user's first message, of
/// whose
///       strings 8 KiB each are hashed; it allocates nothing.
[[nodiscard]] std::optional<std::uint64_t> hash_conversation(const PromptValues& values,
                                                             Turns turns);

}  // namespace weir::dialect
