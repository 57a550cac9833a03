/// Gives memory back to the system.
#pragma once

namespace weir::app {

/// Large buffers (rendered lists, upstreams' answers) are from now on returned when they are freed,
/// instead of leaving holes in the heap.
void return_large_buffers();

/// Returns what is free in the heap. Milliseconds: not for I/O threads.
void trim_heap();

/// Unmaps, until it is touched again, what programs and libraries have in their files and never
/// write: reading a config, opening a store and setting up cryptography touch some 9 MiB of it that
/// serving does not come back to. What serving needs is mapped again from the page cache, once, at
/// a few microseconds a piece.
void release_startup_pages();

}  // namespace weir::app
