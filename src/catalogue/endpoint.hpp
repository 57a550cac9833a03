/// The endpoint families that models are called through, and which models belong to which.
///
/// Paths are below an API root (`/v1` towards clients). Which of them an upstream speaks is
/// discovery/kinds.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::catalogue {

/// The enumerator is the log word and the metric label.
enum class Endpoint : std::uint8_t {
  chat_completions,
  completions,
  responses,
  messages,
  embeddings,
  rerank,
  images_generations,
  images_edits,
  audio_transcriptions,
  audio_speech,
  video_submit,
  video_status,
};
inline constexpr int kEndpointCount = 12;

using Endpoints = EnumSet<Endpoint>;

inline constexpr Endpoints kAllEndpoints = [] {
  Endpoints all;
  for (int i = 0; i < kEndpointCount; ++i) all.insert(static_cast<Endpoint>(i));
  return all;
}();

enum class BodyForm : std::uint8_t { json, multipart };

struct EndpointRow {
  std::string_view slug;  ///< equals the enumerator
  std::string_view path;  ///< `/chat/completions`
  /// A model of any of these may be called there. For video_status, whose body names a request and
  /// no model: those whose requests it knows.
  SubTypes sub_types;
  BodyForm body = BodyForm::json;
  /// Whether a stream reports its usage when `stream_options.include_usage` asks for it; others
  /// report unasked, or are no streams of tokens.
  bool has_stream_options = false;
};

/// The row of `endpoint`. The table lives as long as the program.
[[nodiscard]] const EndpointRow& describe(Endpoint endpoint);

/// All of them, in declaration order.
[[nodiscard]] std::span<const Endpoint> all_endpoints();

/// The paths at which a model of any of `sub_types` may be called.
[[nodiscard]] Endpoints endpoints_of(SubTypes sub_types);

/// Where models of `sub_type` are called first of all.
[[nodiscard]] Endpoint first_endpoint_of(SubType sub_type);

/// Its path: what the refusal of a call at another path names.
[[nodiscard]] std::string_view endpoint_path_for(SubType sub_type);

}  // namespace weir::catalogue
