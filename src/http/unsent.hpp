/// What of a message the kernel has not taken yet: views, or a copy where the views would not stay.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "net/send.hpp"

namespace weir::http {

/// At most N pieces, sent in their order. Mostly all of them go out at once, and nothing is kept.
///
/// Lifetime: what the pieces view outlives them, or `keep` is called before it goes.
template <std::size_t N>
class Unsent {
 public:
  using Buffers = std::array<boost::asio::const_buffer, N>;

  /// Of `pieces`, the first `sent` bytes are out. REQUIRES: nothing is left from before.
  void set(const Buffers& pieces, std::size_t sent) {
    if (sent == boost::asio::buffer_size(pieces)) return;
    if (!rest_) rest_ = std::make_unique<Rest>();
    rest_->buffers = pieces;
    drop(sent);
  }
  /// What is to be sent next: all of it, or as much as others can wait for. REQUIRES: not empty.
  [[nodiscard]] Buffers next() const {
    Buffers part = rest_->buffers;
    std::size_t room = net::kSendBytes;
    for (auto& buffer : part) {
      buffer = boost::asio::buffer(buffer, room);
      room -= buffer.size();
    }
    return part;
  }
  [[nodiscard]] bool empty() const {
    return !rest_ || boost::asio::buffer_size(rest_->buffers) == 0;
  }

  /// `size` bytes were taken. REQUIRES: there are as many.
  void drop(std::size_t size) {
    for (auto& buffer : rest_->buffers) {
      const auto part = std::min(size, buffer.size());
      buffer += part;
      size -= part;
    }
  }

  /// Copies what is left, for a caller whose pieces do not stay. REQUIRES: not empty.
  void keep() {
    std::string copy;
    copy.reserve(boost::asio::buffer_size(rest_->buffers));
    for (const auto& buffer : rest_->buffers) {
      copy.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    rest_->copy = std::move(copy);
    rest_->buffers = {boost::asio::buffer(rest_->copy)};
  }
  /// Gives the memory back. REQUIRES: empty, or that it will not be sent.
  void forget() { rest_.reset(); }

 private:
  struct Rest {
    Buffers buffers{};
    std::string copy;
  };
  std::unique_ptr<Rest> rest_;
};

/// `pieces` in an array, the last ones empty.
template <std::size_t N>
[[nodiscard]] std::array<boost::asio::const_buffer, N> padded(
    std::span<const boost::asio::const_buffer> pieces) {
  std::array<boost::asio::const_buffer, N> buffers{};
  std::ranges::copy(pieces, buffers.begin());
  return buffers;
}

}  // namespace weir::http
