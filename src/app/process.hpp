/// What a process that holds secrets sees to: its core, its signals.
#pragma once

namespace weir::app {

/// A core file would hold every key and prompt: none is written.
/// Source: docs/decisions/0030-secrets-in-the-process.md
void forbid_core_files();

/// What ends a process unless it says otherwise becomes an error of the write that met it: a peer
/// that has gone (SIGPIPE), a file that may not grow (SIGXFSZ).
void survive_failed_writes();

}  // namespace weir::app
