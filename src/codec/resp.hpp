/// RESP2, the protocol of Redis and Valkey: requests as bytes, replies as values.
///
/// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2, read 2026-11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::codec {

struct RespValue {
  enum class Kind : std::uint8_t { null, text, error, integer, array };
  Kind kind = Kind::null;
  std::string text = {};  ///< also of an error
  std::int64_t integer = 0;
  std::vector<RespValue> items = {};

  bool operator==(const RespValue&) const = default;
};

/// Bounds on one reply; a larger one is an error.
struct RespBounds {
  std::size_t bytes = 4 << 20;
  std::size_t items = 1 << 17;  ///< of all arrays together
  int depth = 4;
};

/// A reply and the bytes that it took.
struct RespReply {
  RespValue value;
  std::size_t size = 0;
};

/// Reads the reply at the beginning of `bytes`; nothing if it is not complete yet.
/// Errors: upstream_answer_invalid, upstream_answer_too_large.
[[nodiscard]] Result<std::optional<RespReply>> parse_resp(std::string_view bytes,
                                                          const RespBounds& bounds = {});

/// A request: an array of strings.
[[nodiscard]] std::string format_resp(std::span<const std::string> arguments);

}  // namespace weir::codec
