/// A streamed chat, read for a person: its text as it arrives, and whether it arrived whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "codec/sse.hpp"

namespace weir::app {

/// Threads: one owner at a time. Lifetime: value type.
class ChatStream {
 public:
  /// The text in the next bytes of the body. After an error it is empty.
  [[nodiscard]] std::string take(std::string_view piece);

  /// Call at the end of the body.
  /// Errors: upstream_answer_invalid with the stream's own error; for a stream that broke off, that
  /// has no text, or that is none.
  [[nodiscard]] Result<> end() const;

  [[nodiscard]] bool has_text() const { return has_text_; }

 private:
  [[nodiscard]] std::string text_of(std::string_view data);

  codec::SseSplitter splitter_{std::size_t{16} << 20};
  std::string pending_;
  std::string scratch_;
  std::string error_;
  std::string finish_reason_;
  bool has_event_ = false;
  bool has_text_ = false;
  bool is_done_ = false;
};

}  // namespace weir::app
