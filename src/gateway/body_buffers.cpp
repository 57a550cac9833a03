#include "gateway/body_buffers.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::gateway {
namespace {

std::int64_t size_of(const std::string& buffer) {
  return static_cast<std::int64_t>(buffer.capacity());
}

}  // namespace

// The smallest that fits: a small body leaves the large ones to others.
std::string BodyBuffers::take(std::uint64_t bytes) {
  if (bytes < kLargeBytes) return {};
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const auto capacity = buffers_[i].buffer.capacity();
    if (capacity < bytes || capacity / 2 > bytes) continue;
    if (!best || capacity < buffers_[*best].buffer.capacity()) best = i;
  }
  return best ? remove(*best) : std::string();
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
  const auto now = monotonic_now();
  buffers_.push_back({std::move(given), now});
  if (!expiry_) expiry_ = std::make_unique<Expiry>(sweeper, *this);
  if (buffers_.size() == 1) expiry_->arm_for(now);
}

std::string BodyBuffers::remove(std::size_t index) {
  std::string buffer = std::move(buffers_[index].buffer);
  if (index + 1 < buffers_.size()) buffers_[index] = std::move(buffers_.back());
  buffers_.pop_back();
  kept_.fetch_sub(size_of(buffer), std::memory_order_relaxed);
  return buffer;
}

void BodyBuffers::release(MonotonicTime since) {
  for (auto i = buffers_.size(); i-- > 0;) {
    if (buffers_[i].since <= since) [[maybe_unused]]
      const auto released = remove(i);
  }
}

void BodyBuffers::Expiry::on_expired() {
  buffers.release(last_since);
  const auto oldest = std::ranges::min_element(buffers.buffers_, {}, &Kept::since);
  if (oldest != buffers.buffers_.end()) arm_for(oldest->since);
}

}  // namespace weir::gateway
