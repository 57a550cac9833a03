/// A value that must not be printed: keys, tokens, peppers.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Text that cannot be streamed, formatted or compared with ==; its memory is wiped on destruction.
/// `reveal()` is the only access, easy to find in a review.
///
/// Threads: as std::string. Lifetime: value type.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  bool operator==(const Secret&) const = delete;

 private:
  std::string text_;
};

/// Constant time: it depends on the sizes alone, not on where the bytes differ.
[[nodiscard]] bool same_bytes(std::string_view a, std::string_view b);

/// As same_bytes.
[[nodiscard]] bool same_secret(std::string_view text, const Secret& secret);

/// Overwrites `text` in a way that the compiler cannot optimize away.
void wipe(std::string& text);

}  // namespace weir
