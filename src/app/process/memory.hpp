/// Returns memory to the system.
#pragma once

namespace weir::app {

/// From now on large buffers (rendered lists, upstreams' answers) are returned when they are freed,
/// instead of fragmenting the heap.
void return_large_buffers();

/// Returns free heap memory. Takes milliseconds: not for I/O threads.
void trim_heap();

/// Drops pages of programs and libraries that come from files and are never written: reading a
/// config, opening a store and setting up cryptography touch some 9 MiB of them that serving does
/// not use. Pages that serving needs are mapped again from the page cache, at a few microseconds
/// each.
void release_startup_pages();

}  // namespace weir::app
