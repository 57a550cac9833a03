/// Sources of secret bytes: the operating system, or a test.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace weir::auth {

/// Fills the span with unpredictable bytes. REQUIRES: not always the same byte.
using RandomSource = std::function<void(std::span<std::byte>)>;

/// The kernel's generator. Threads: any.
void system_random(std::span<std::byte> bytes);

/// Appends `count` characters of [0-9A-Za-z], each equally likely.
void append_base62(std::string& to, std::size_t count, const RandomSource& random);

}  // namespace weir::auth
