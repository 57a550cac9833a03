/// Process set-up before serving: core dumps, signals, descriptors.
#pragma once

#include <cstdint>

namespace weir::app {

/// Disables core files, which would contain keys and prompts.
/// Source: docs/decisions/0030-secrets-in-the-process.md
void forbid_core_files();

/// Turns signals that would end the process into an error of the write that caused them: a peer
/// that has closed (SIGPIPE), a file at its size limit (SIGXFSZ).
void survive_failed_writes();

/// The process's limit on descriptors.
struct DescriptorLimit {
  std::int64_t before = 0;
  std::int64_t now = 0;
};

/// Raises the soft limit towards the hard one, as far as the system allows. 1,024, the usual soft
/// limit, exists for programs that use select(2).
DescriptorLimit raise_descriptor_limit();

}  // namespace weir::app
