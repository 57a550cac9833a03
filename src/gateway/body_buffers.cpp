#include "gateway/body_buffers.hpp"

#include <algorithm>
#include <utility>

namespace weir::gateway {
namespace {

std::int64_t size_of(const std::string& buffer) {
  return static_cast<std::int64_t>(buffer.capacity());
}

}  // namespace

// The smallest that fits: a small body leaves the large ones to others.
std::string BodyBuffers::take(std::uint64_t bytes) {
  if (bytes < kLargeBytes || buffers_.empty()) return {};
  auto best = buffers_.end();
  for (auto each = buffers_.begin(); each != buffers_.end(); ++each) {
    if (each->capacity() < bytes) continue;
    if (best == buffers_.end() || each->capacity() < best->capacity()) best = each;
  }
  if (best == buffers_.end()) return {};
  std::string buffer = std::move(*best);
  *best = std::move(buffers_.back());
  buffers_.pop_back();
  kept_.fetch_sub(size_of(buffer), std::memory_order_relaxed);
  return buffer;
}

void BodyBuffers::give_back(std::string&& buffer, std::int64_t most,
                            net::DeadlineSweeper& sweeper) {
  std::string given = std::move(buffer);
  if (given.capacity() < kLargeBytes) return;
  const auto size = size_of(given);
  if (kept_.fetch_add(size, std::memory_order_relaxed) + size > most) {
    kept_.fetch_sub(size, std::memory_order_relaxed);
    return;
  }
  given.clear();
  buffers_.push_back(std::move(given));
  if (!expiry_) expiry_ = std::make_unique<Expiry>(sweeper, *this);
  expiry_->arm(monotonic_now() + kKept);
}

void BodyBuffers::release() {
  for (const auto& buffer : buffers_) kept_.fetch_sub(size_of(buffer), std::memory_order_relaxed);
  std::vector<std::string>().swap(buffers_);
}

}  // namespace weir::gateway
