/// The fields that say where a message ends and whether its connection goes on (RFC 9112 §6, §9).
/// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::http::detail {

enum class Codings : std::uint8_t {
  chunked,    ///< and nothing else
  unknown,    ///< chunked around something we do not have
  malformed,  ///< not a list, or one that does not end with the only chunked: nobody knows the end
};

/// Of the one Transfer-Encoding field. Stricter than a list must be read (RFC 9110 §5.6.1): empty
/// elements, and parameters of chunked, are malformed.
[[nodiscard]] Codings read_codings(std::string_view value);

/// Of the one Content-Length field: digits, without a sign, a list or zeros before the first.
[[nodiscard]] std::optional<std::uint64_t> parse_content_length(std::string_view value);

/// What the Connection fields of a message say.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;

  void add(std::string_view value);
  /// RFC 9112 §9.3.
  [[nodiscard]] bool persists(int minor_version) const {
    return !close && (keep_alive || minor_version > 0);
  }
};

}  // namespace weir::http::detail
