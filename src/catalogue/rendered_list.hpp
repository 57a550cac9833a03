/// One list as bytes ready to send: plain and compressed.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "codec/coding.hpp"

namespace weir::catalogue {

/// Each form has its own strong tag, as RFC 9110 §8.8.3.3 requires for content codings.
struct Body {
  std::string bytes;
  std::string etag;
};

/// Threads: any; immutable.
class RenderedList {
 public:
  /// The plain form alone. `missing`: see missing().
  explicit RenderedList(std::string json, std::string missing = {});
  RenderedList(Body plain, std::string missing);

  /// The plain form in `coding`; null if that is not smaller.
  ///
  /// Cost: 3 to 6 ms for 5,000 models; not for I/O threads.
  [[nodiscard]] std::shared_ptr<const Body> coded(codec::Coding coding) const;
  /// The same list with that form, or without if it is null. Forms are shared, not copied.
  [[nodiscard]] RenderedList with(codec::Coding coding, std::shared_ptr<const Body> form) const;

  [[nodiscard]] codec::CodingSet codings() const;
  /// True if with() was called for the coding, even if it made nothing smaller.
  [[nodiscard]] bool has_tried(codec::Coding coding) const { return tried_.contains(coding); }

  /// The upstreams missing from the list, for its client: catalogue::missing_names.
  [[nodiscard]] const std::string& missing() const { return missing_; }

  /// REQUIRES: codings() contains `coding`, as it always does identity.
  [[nodiscard]] const Body& body(codec::Coding coding) const {
    return *forms_[static_cast<std::size_t>(coding)];
  }

  /// Bytes of all forms together.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  std::array<std::shared_ptr<const Body>, codec::kCodingCount> forms_;
  std::string missing_;
  codec::CodingSet tried_;
};

using ListPtr = std::shared_ptr<const RenderedList>;

/// The bytes to send; they keep `list` alive as long as a response holds them.
[[nodiscard]] inline std::shared_ptr<const std::string> share_bytes(ListPtr list,
                                                                    codec::Coding coding) {
  const std::string* bytes = &list->body(coding).bytes;
  return {std::move(list), bytes};
}

}  // namespace weir::catalogue
