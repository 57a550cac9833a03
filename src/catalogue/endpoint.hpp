/// The endpoints through which models are called, and which models belong to which.
///
/// Most paths are below an API root (`/v1` towards clients). Which of them an upstream serves is in
/// discovery/kinds.hpp; how they are spoken and metered, in dialect/endpoint.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/enum_set.hpp"
#include "catalogue/model.hpp"

namespace weir::catalogue {

/// The enumerator is the log word and the metric label.
enum class Endpoint : std::uint8_t {
  chat_completions,
  completions,
  responses,
  responses_compact,
  response_input_tokens,
  stored_responses,
  messages,
  count_tokens,
  tokenize,
  moderations,
  embeddings,
  rerank,
  score,
  images_generations,
  images_edits,
  images_variations,
  audio_transcriptions,
  audio_translations,
  audio_speech,
  realtime,
  video_submit,
  video_status,
  videos,
  stored_videos,
  voice_upload,
  voice_deletion,
  files,
  stored_files,
  batches,
  stored_batches,
  generate_content,
  stream_generate_content,
  count_content_tokens,
  embed_content,
  batch_embed_contents,
  ollama_chat,
  ollama_generate,
  ollama_embed,
  ollama_embeddings,
};
inline constexpr std::size_t kEndpointCount = kEnumeratorCount<Endpoint>;

using Endpoints = EnumSet<Endpoint>;

inline constexpr Endpoints kAllEndpoints = Endpoints::all();

/// The form of a request.
enum class BodyForm : std::uint8_t {
  json,
  multipart,
  either,    ///< one of these; its Content-Type tells
  messages,  ///< no body: those of a WebSocket, either way, until one side closes
};

/// Where an endpoint's path begins, towards clients and at an upstream that speaks it.
enum class PathBase : std::uint8_t {
  version,  ///< below the API root: `/v1`, or that of the upstream
  server,   ///< at the root of the server, as those of APIs with a version of their own
};

struct EndpointRow {
  std::string_view slug;  ///< equals the enumerator
  /// `/chat/completions`. A part in braces, such as `{model}`, stands for any text; a final
  /// `{id}` names what an upstream keeps.
  std::string_view path;
  /// A model of any of these may be called there. Some name what an upstream keeps instead of a
  /// model: these are the sub types of the models behind it.
  SubTypes sub_types;
  BodyForm body = BodyForm::json;
  bool outside = false;  ///< a model outside all sub types may be called there as well
  PathBase base = PathBase::version;
  bool has_sessions = false;  ///< a WebSocket at the path makes such calls, by events

  /// A WebSocket (RFC 6455).
  [[nodiscard]] constexpr bool is_session() const { return body == BodyForm::messages; }
  /// The path names the model, and the body need not.
  [[nodiscard]] constexpr bool names_model() const { return path.contains("{model}"); }
  [[nodiscard]] constexpr bool takes(SubTypes of_model) const {
    return sub_types.intersects(of_model) || (outside && of_model.empty());
  }
};

/// The row of `endpoint`, with static lifetime.
[[nodiscard]] const EndpointRow& describe(Endpoint endpoint);

/// The path at which clients call it: `/v1/chat/completions`.
[[nodiscard]] std::string public_path(Endpoint endpoint);

/// All endpoints, in declaration order.
[[nodiscard]] std::span<const Endpoint> all_endpoints();

/// The endpoints at which a model of any of `sub_types` may be called.
[[nodiscard]] Endpoints endpoints_of(SubTypes sub_types);

/// The primary endpoint of models of `sub_type`.
[[nodiscard]] Endpoint first_endpoint_of(SubType sub_type);

/// Its path, which the refusal of a call at another path names.
[[nodiscard]] std::string_view endpoint_path_for(SubType sub_type);

}  // namespace weir::catalogue
