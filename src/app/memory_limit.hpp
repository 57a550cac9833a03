/// How much memory the process holds, and how much its container lets it.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::app {

/// Of the process's cgroup and those above it, the smallest limit; 0: none.
/// Source: cgroup v2 `memory.max`, v1 `memory.limit_in_bytes` (kernel.org, admin-guide/cgroup-v2).
[[nodiscard]] std::uint64_t container_limit_bytes();

/// What `memory.max` says; 0 for "max", for v1's number that stands for none, and for what is none.
[[nodiscard]] std::uint64_t parse_container_limit(std::string_view text);

/// Where the process is below the mount of `controller` ("" for v2), as /proc/self/cgroup tells;
/// empty if it does not.
[[nodiscard]] std::string_view find_cgroup(std::string_view proc_self_cgroup,
                                           std::string_view controller);

/// The resident set. 0 if it cannot be told.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace weir::app
