/// The part of a message that the kernel has not taken yet: views, or a copy if the views do not
/// live long enough.
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

/// At most N pieces, sent in order. Usually all of them are sent at once, and nothing is stored.
///
/// Lifetime: the viewed bytes outlive this, or `keep` is called first.
template <std::size_t N>
class Unsent {
 public:
  using Buffers = std::array<boost::asio::const_buffer, N>;

  /// Stores what follows the first `sent` bytes of `pieces`. REQUIRES: nothing is left from before.
  void set(const Buffers& pieces, std::size_t sent) {
    if (sent == boost::asio::buffer_size(pieces)) return;
    if (!rest_) rest_ = std::make_unique<Rest>();
    rest_->buffers = pieces;
    drop(sent);
  }
  /// The buffers to send next, bounded so that other connections get their turn. REQUIRES: not
  /// empty.
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

  /// Drops `size` bytes that were sent. REQUIRES: at least as many are left.
  void drop(std::size_t size) {
    for (auto& buffer : rest_->buffers) {
      const auto part = std::min(size, buffer.size());
      buffer += part;
      size -= part;
    }
  }

  /// Copies the rest, for a caller whose pieces do not live that long. REQUIRES: not empty.
  void keep() {
    std::string copy;
    copy.reserve(boost::asio::buffer_size(rest_->buffers));
    for (const auto& buffer : rest_->buffers) {
      copy.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    rest_->copy = std::move(copy);
    rest_->buffers = {boost::asio::buffer(rest_->copy)};
  }
  /// Releases the memory. REQUIRES: empty, or it will not be sent.
  void forget() { rest_.reset(); }

 private:
  struct Rest {
    Buffers buffers{};
    std::string copy;
  };
  std::unique_ptr<Rest> rest_;
};

/// `pieces` as an array, padded with empty buffers.
template <std::size_t N>
[[nodiscard]] std::array<boost::asio::const_buffer, N> padded(
    std::span<const boost::asio::const_buffer> pieces) {
  std::array<boost::asio::const_buffer, N> buffers{};
  std::ranges::copy(pieces, buffers.begin());
  return buffers;
}

}  // namespace weir::http
