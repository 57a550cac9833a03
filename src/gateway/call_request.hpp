/// What routing and accounting need of a call's body, and where in it the values lie that may have
/// to be changed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/json_scanner.hpp"

namespace weir::gateway {

/// Of bytes of the body: [begin, end).
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct CallRequest {
  std::string model;  ///< empty for a call that names a request instead
  Span model_at;      ///< the raw value: of JSON with its quotes
  /// Of a form's part that says how long it is: the digits.
  std::optional<Span> model_length_at;
  std::string request_id;
  Span request_id_at;
  bool streamed = false;
  bool wants_usage = false;  ///< stream_options.include_usage
  std::optional<Span> stream_options_at;
  std::optional<Span> include_usage_at;
  std::optional<std::int64_t> max_tokens;
  std::int64_t answers = 1;  ///< `n`, or `batch_size`
};

/// A count of what is to be made, from 1: a raw JSON number, or a form's text. Nothing for any
/// other text; what is larger than anybody can mean is cut.
[[nodiscard]] std::optional<std::int64_t> read_count(std::string_view text);

/// Reads a complete JSON body.
///
/// What it reads is what the upstream will read. Refused is what two readers may disagree about: a
/// member that is given twice or in capital letters, and whatever RFC 8259 does not allow
/// (docs/decisions/0038).
/// Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<CallRequest> read_json_request(
    std::string_view body, catalogue::Endpoint endpoint,
    std::size_t max_depth = codec::JsonScanner::kMaxDepth);

/// How a call with the client's bytes becomes one with the upstream's names: at most two edits.
struct Edit {
  Span at;
  std::string text;
};

/// The edit that asks for usage at the end of a stream, for a request that does not.
[[nodiscard]] Edit ask_for_usage(std::string_view body, const CallRequest& request);

}  // namespace weir::gateway
