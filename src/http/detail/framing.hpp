/// The fields that delimit a message and decide whether its connection persists (RFC 9112 §6, §9).
/// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::http::detail {

enum class Codings : std::uint8_t {
  chunked,    ///< and nothing else
  unknown,    ///< chunked around a coding that is not implemented
  malformed,  ///< not a list, or chunked is not last or not single: the end cannot be found
};

/// Reads the value of the only Transfer-Encoding field. Stricter than RFC 9110 §5.6.1 asks of
/// lists: empty elements, and parameters of chunked, are malformed.
[[nodiscard]] Codings read_codings(std::string_view value);

/// Reads the value of the only Content-Length field: digits without sign, list or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_content_length(std::string_view value);

/// The options in a message's Connection fields.
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
