/// For fuzz targets: the memory that an input costs. Only the address sanitizer counts; in other
/// builds every peak is 0.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/check.hpp"

// From <sanitizer/allocator_interface.h>, as weak symbols: absent without a sanitizer.
extern "C" {
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void*, std::size_t),
    void (*free_hook)(const volatile void*));
__attribute__((weak)) std::size_t __sanitizer_get_allocated_size(const volatile void* pointer);
}

namespace weir {

/// The most bytes allocated at a time since its construction. Threads: one instance per process.
class PeakMemory {
 public:
  PeakMemory() {
    static const bool installed = install();
    static_cast<void>(installed);
    now_ = peak_ = 0;
  }

  [[nodiscard]] std::size_t peak() const { return static_cast<std::size_t>(peak_); }

  /// Checks that the tested code used at most four times the received bytes plus 16 KiB.
  void check_against(std::size_t received) const { CHECK(peak() <= 4 * received + (16U << 10U)); }

 private:
  static bool install() {
    return __sanitizer_install_malloc_and_free_hooks != nullptr &&
           __sanitizer_install_malloc_and_free_hooks(
               [](const volatile void*, std::size_t size) {
                 now_ += static_cast<std::ptrdiff_t>(size);
                 peak_ = std::max(peak_, now_);
               },
               [](const volatile void* pointer) {
                 now_ -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(pointer));
               }) != 0;
  }

  inline static std::ptrdiff_t now_ = 0;
  inline static std::ptrdiff_t peak_ = 0;
};

}  // namespace weir
