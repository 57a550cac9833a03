#include "app/process/memory.hpp"

#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace weir::app {
namespace {

constexpr int kLargeBytes = 128 << 10;

// A segment without PF_W is never written, not even by the dynamic linker (relocations are in a
// writable segment that is protected afterwards), so dropping its pages loses nothing.
int release_unwritten(dl_phdr_info* object, std::size_t, void* page_size) {
  const auto page = *static_cast<const std::uintptr_t*>(page_size);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t first = begin & ~(page - 1);
    const std::uintptr_t last = (begin + segment.p_memsz + page - 1) & ~(page - 1);
    ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void return_large_buffers() { ::mallopt(M_MMAP_THRESHOLD, kLargeBytes); }

void trim_heap() { ::malloc_trim(0); }

void release_startup_pages() {
  auto page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  ::dl_iterate_phdr(release_unwritten, &page_size);
}

}  // namespace weir::app
