/// The events of a realtime session: JSON texts that pass either way. Pure.
///
/// Source: platform.openai.com, API reference: realtime client events and server events;
/// docs.vllm.ai, "Realtime API", read 2026-11.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/errc.hpp"
#include "base/result.hpp"
#include "dialect/token_usage.hpp"
#include "gateway/call_request.hpp"

namespace weir::gateway {

/// A place where an event names the session's model, or a response.
struct NamedModel {
  std::string name;
  Span at;  ///< with its quotes
};

struct ClientEvent {
  std::string type;
  std::vector<NamedModel> models;
  std::vector<NamedModel> continued;  ///< the responses that it continues
};

/// The detail of an error is for the client. Errors: invalid_parameter for what is no JSON object,
/// or could be read in two ways.
[[nodiscard]] Result<ClientEvent> read_client_event(std::string_view text, std::size_t max_depth);

struct UpstreamEvent {
  dialect::TokenUsage usage;  ///< of one response, or of one transcription
  std::vector<NamedModel> models;
};

/// Reads what it can.
[[nodiscard]] UpstreamEvent read_upstream_event(std::string_view text);

/// Appends the edits that give each of `models` another name.
void append_renames(std::vector<Edit>& edits, const std::vector<NamedModel>& models,
                    std::string_view name);

/// The event with its edits made, which may be in any order.
[[nodiscard]] std::string edit_event(std::string_view text, std::vector<Edit> edits);

/// Adds the usage of a response to that of the responses before it.
void add_usage(dialect::TokenUsage& sum, const dialect::TokenUsage& more);

/// The event that says why a session ends. `id`: of the call.
[[nodiscard]] std::string error_event(Errc code, std::string_view message, std::string_view id);

}  // namespace weir::gateway
