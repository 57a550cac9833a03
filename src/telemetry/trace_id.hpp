/// The id that correlates a client's call with its log line: `x-siliconcloud-trace-id`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::telemetry {

/// Up to 128 characters, without allocation. Value type.
class TraceId {
 public:
  static constexpr std::size_t kMaxLength = 128;

  /// The client's X-Trace-Id if it is 1 to 128 characters of [A-Za-z0-9._:-] and cannot be a key
  /// sent by mistake (containing "sk-"), since it is logged; else the trace-id of a valid
  /// traceparent (W3C Trace Context §3.2); else a new random one of 32 hex digits.
  static TraceId choose(std::string_view x_trace_id, std::string_view traceparent);
  static TraceId random();

  TraceId() = default;
  [[nodiscard]] std::string_view text() const { return {text_.data(), length_}; }

 private:
  explicit TraceId(std::string_view text);

  std::array<char, kMaxLength> text_;  // uninitialised beyond length_
  std::uint8_t length_ = 0;
};

/// The 32 hex digits of a traceparent, or empty if it is invalid.
[[nodiscard]] std::string_view traceparent_id(std::string_view traceparent);

}  // namespace weir::telemetry
