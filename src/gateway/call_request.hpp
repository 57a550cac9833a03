/// The members of a call's body that routing and accounting need, and the positions of the values
/// that may have to be replaced. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/json_scanner.hpp"

namespace weir::gateway {

/// A range of bytes of the body: [begin, end).
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct CallRequest {
  std::string model;  ///< empty for a call that names a request instead
  Span model_at;      ///< the raw value: in JSON with its quotes
  /// The digits of the Content-Length of a form's part.
  std::optional<Span> model_length_at;
  /// The endpoint that a batch calls, by the lines of its file. Set for an upload of one only.
  std::optional<catalogue::Endpoint> batched = {};
  std::string request_id;  ///< of what an upstream keeps: a video, a voice, an earlier response
  Span request_id_at;
  bool is_kept = true;  ///< `store` is not false
  bool streamed = false;
  bool wants_usage = false;  ///< stream_options.include_usage
  std::optional<Span> stream_options_at;
  std::optional<Span> include_usage_at;
  std::optional<std::int64_t> max_tokens;
  std::int64_t answers = 1;     ///< to each prompt: `n`, `best_of`, or `batch_size`
  std::int64_t prompts = 1;     ///< of a list of prompts, inputs or documents
  std::int64_t token_ids = 0;   ///< of prompts that are given as numbers
  std::int64_t characters = 0;  ///< Unicode scalar values of a text to be spoken
  // The values that a conversation is known by, if they are looked for; empty: there is none.
  Span instructions_at;  ///< `system` or `instructions`
  Span turns_at;         ///< `messages`, `input` or `prompt`
};

/// A count, from 1: a raw JSON number, or a form's text. Nothing for any other text; absurdly large
/// values are capped.
[[nodiscard]] std::optional<std::int64_t> read_count(std::string_view text);

/// How a body is read.
struct ReadOptions {
  std::size_t max_depth = codec::JsonScanner::kMaxDepth;
  bool finds_turns = false;     ///< of endpoints that have conversations
  std::string_view model = {};  ///< named by the path; empty: the body names it
};

/// Reads a complete JSON body.
///
/// It must read the same as the upstream will. So it refuses what two readers may understand
/// differently: a member given twice or in capital letters, and anything that RFC 8259 does not
/// allow (docs/decisions/0038).
/// Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<CallRequest> read_json_request(std::string_view body,
                                                    catalogue::Endpoint endpoint,
                                                    const ReadOptions& options = {});

/// One replacement in the client's bytes, such as the upstream's name of the model. A call has at
/// most two.
struct Edit {
  Span at;
  std::string text;
};

/// The edit that requests usage at the end of a stream, for a request that does not.
[[nodiscard]] Edit ask_for_usage(std::string_view body, const CallRequest& request);

}  // namespace weir::gateway
