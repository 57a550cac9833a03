/// The `Content-Encoding` of a message that is received.
///
/// Source: RFC 9110 §8.4 (the field), §8.4.1 (codings; x-gzip is gzip), RFC 7932 §13 (br), RFC 8878
///         §7.2 (zstd).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::codec {

/// A coding that can be decoded; spelled on the wire as the enumerator.
enum class BodyCoding : std::uint8_t { gzip, deflate, br, zstd };

[[nodiscard]] std::string_view wire_name(BodyCoding coding);

/// The field's lines, read one after the other. Codings are applied in their order; a second one is
/// not supported: nobody needs it, and each could multiply the size.
class ContentEncoding {
 public:
  /// A line's value: codings separated by commas. `identity` and empty elements mean nothing.
  void add(std::string_view value);

  /// False: it has a coding that is unknown, or more than one.
  [[nodiscard]] bool is_supported() const { return is_supported_; }
  /// None: the body is as it is. REQUIRES: is_supported.
  [[nodiscard]] std::optional<BodyCoding> coding() const { return coding_; }

 private:
  void add_one(std::string_view name);

  std::optional<BodyCoding> coding_;
  bool is_supported_ = true;
};

}  // namespace weir::codec
