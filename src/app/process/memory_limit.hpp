/// The memory used by the process, and its container's limit.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::app {

/// The smallest limit of the process's cgroup and those above it; 0: none.
/// Source: cgroup v2 `memory.max`, v1 `memory.limit_in_bytes` (kernel.org, admin-guide/cgroup-v2).
[[nodiscard]] std::uint64_t container_limit_bytes();

/// The value of `memory.max`; 0 for "max", for v1's number that means no limit, and for invalid
/// text.
[[nodiscard]] std::uint64_t parse_container_limit(std::string_view text);

/// The process's path below the mount of `controller` ("" for v2), according to /proc/self/cgroup;
/// empty if it has none.
[[nodiscard]] std::string_view find_cgroup(std::string_view proc_self_cgroup,
                                           std::string_view controller);

/// The machine's memory. 0 if unknown.
[[nodiscard]] std::uint64_t machine_bytes();

/// The memory for the bodies of calls, of `memory` that the process may use; 0: unknown.
[[nodiscard]] std::int64_t body_bytes_of(std::uint64_t memory);

/// The resident set size. 0 if unknown.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace weir::app
