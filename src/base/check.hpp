/// Assertions for conditions that always hold. CHECK is always fatal; DCHECK only in builds without
/// NDEBUG. Failures that can occur (input, peers, limits) are a Result instead.
#pragma once

namespace weir {

/// Prints `file:line: CHECK failed: condition` to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace weir

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::weir::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define DCHECK(condition) CHECK(condition)
#endif
