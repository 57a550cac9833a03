/// Memory of large request bodies, kept for the next ones: fresh memory costs more than reading a
/// body into it, for the kernel clears each page and maps it at its first use.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/deadline.hpp"

namespace weir::gateway {

/// Threads:  one; the count of bytes is that of all threads.
/// Lifetime: `kept` and the sweeper outlive it.
class BodyBuffers {
 public:
  /// Smaller bodies are as cheap in memory of the heap.
  static constexpr std::size_t kLargeBytes = 128 << 10;
  /// Memory that was not needed for this long is released.
  static constexpr std::chrono::seconds kKept{2};

  explicit BodyBuffers(std::atomic<std::int64_t>& kept) : kept_(kept) {}
  BodyBuffers(const BodyBuffers&) = delete;
  BodyBuffers& operator=(const BodyBuffers&) = delete;
  ~BodyBuffers() { release(MonotonicTime::max()); }

  /// An empty text with room for `bytes`, at most twice as much, if one is kept; else without any.
  [[nodiscard]] std::string take(std::uint64_t bytes);
  /// Keeps the memory of `buffer`, unless it is small or all threads would keep more than `most`
  /// bytes.
  void give_back(std::string&& buffer, std::int64_t most, net::DeadlineSweeper& sweeper);
  [[nodiscard]] std::size_t size() const { return buffers_.size(); }

 private:
  struct Kept {
    std::string buffer;
    MonotonicTime since;
  };
  struct Expiry final : net::Deadline {
    Expiry(net::DeadlineSweeper& sweeper, BodyBuffers& its_buffers)
        : Deadline(sweeper), buffers(its_buffers) {}
    void arm_for(MonotonicTime oldest) {
      last_since = oldest;
      arm(oldest + kKept);
    }
    void on_expired() override;
    BodyBuffers& buffers;
    MonotonicTime last_since;
  };

  [[nodiscard]] std::string remove(std::size_t index);
  /// Those kept since `since` or earlier.
  void release(MonotonicTime since);

  std::atomic<std::int64_t>& kept_;
  std::vector<Kept> buffers_;
  std::unique_ptr<Expiry> expiry_;  ///< null: nothing was kept yet
};

}  // namespace weir::gateway
