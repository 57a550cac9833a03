/// Process set-up before serving: core dumps, signals, descriptors.
#pragma once

#include <cstdint>

namespace weir::app {

/// A core file would hold every key and prompt: none is written.
/// Source: docs/decisions/0030-secrets-in-the-process.md
void forbid_core_files();

/// What ends a process unless it says otherwise becomes an error of the write that met it: a peer
/// that has gone (SIGPIPE), a file that may not grow (SIGXFSZ).
void survive_failed_writes();

/// How many descriptors the process may have.
struct DescriptorLimit {
  std::int64_t before = 0;
  std::int64_t now = 0;
};

/// Raises the soft limit to the hard one, as far as the system lets it. 1,024, the usual soft
/// limit, is there for programs that use select(2).
DescriptorLimit raise_descriptor_limit();

}  // namespace weir::app
