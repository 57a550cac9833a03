/// What of a message the kernel has not taken yet: views, or a copy where the views would not stay.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace weir::http {

/// At most N pieces, sent in their order.
///
/// Lifetime: what the pieces view outlives them, or `keep` is called before it goes.
template <std::size_t N>
class Unsent {
 public:
  using Buffers = std::array<boost::asio::const_buffer, N>;

  /// REQUIRES: nothing is left from before.
  void set(std::span<const boost::asio::const_buffer> pieces) {
    buffers_ = {};
    std::ranges::copy(pieces, buffers_.begin());
  }
  [[nodiscard]] const Buffers& buffers() const { return buffers_; }
  [[nodiscard]] bool empty() const { return boost::asio::buffer_size(buffers_) == 0; }

  /// `size` bytes were taken.
  void drop(std::size_t size) {
    for (auto& buffer : buffers_) {
      const auto part = std::min(size, buffer.size());
      buffer += part;
      size -= part;
    }
  }

  /// Copies what is left, for a caller whose pieces do not stay.
  void keep() {
    std::string copy;
    copy.reserve(boost::asio::buffer_size(buffers_));
    for (const auto& buffer : buffers_) {
      copy.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    copy_ = std::move(copy);
    buffers_ = {boost::asio::buffer(copy_)};
  }
  /// Gives the copy's memory back. REQUIRES: empty, or that it will not be sent.
  void forget_copy() {
    if (copy_.capacity() > 0) std::string().swap(copy_);
  }

 private:
  Buffers buffers_{};
  std::string copy_;
};

}  // namespace weir::http
