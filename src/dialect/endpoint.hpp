/// How each endpoint is spoken and metered. Their paths and models are in catalogue/endpoint.hpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/enum_set.hpp"
#include "catalogue/endpoint.hpp"
#include "dialect/family.hpp"

namespace weir::dialect {

/// An amount that limits and usage count. Every call is a request besides.
enum class Meter : std::uint8_t {
  input_tokens,
  output_tokens,
  images,
  audio_seconds,  ///< heard, as the answer reports them
  characters,     ///< spoken
};

using Meters = EnumSet<Meter>;

/// How a call takes part in work that outlives it.
enum class RequestId : std::uint8_t {
  none,
  issued,   ///< the answer has a `requestId` by which the work is asked for
  made,     ///< the answer has an id of what the upstream now keeps
  taken,    ///< the request has such an id instead of a model
  batched,  ///< the same, and the call is charged what the lines of that file are expected to use
  used,     ///< the request may have one beside its model
  kept,     ///< the answer has an `id` by which it is had again, where the upstream keeps it
  named,    ///< the path has such an id
};

/// A kind of id that an upstream issues, and that its client gets sealed. None opens as another.
enum class SealedId : std::uint8_t {
  video,  ///< its request, in SiliconFlow's API
  response,
  openai_video,
  voice,
  file,
  batch,
};

/// The ids of an endpoint's calls.
struct Ids {
  RequestId use;
  SealedId kind;  ///< of the one that a request has
  /// For a client whose id was not issued to it: the same sentence for every reason, in which `{}`
  /// stands for the id.
  std::string_view unknown;
  /// True if the API lists there what an account keeps.
  bool is_listed;

  /// The request may name the response that it continues.
  [[nodiscard]] constexpr bool continues_response() const {
    return kind == SealedId::response && (use == RequestId::kept || use == RequestId::used);
  }
};

/// How a later turn of a conversation repeats the turns before it.
enum class Turns : std::uint8_t {
  none,     ///< calls have nothing to do with one another
  listed,   ///< as messages, the new ones last
  written,  ///< as the beginning of one text
};

/// Which calls are answered by a stream.
enum class Streams : std::uint8_t {
  on_request,      ///< those with `stream: true`, or the answer decides
  unless_refused,  ///< all but those with `stream: false`
  always,
};

/// No member has a default: a row states every fact, or does not compile.
struct EndpointRow {
  Family family;
  Meters meters;
  /// True if a stream reports its usage on request, by `stream_options.include_usage`; others
  /// always report it, or are not token streams.
  bool has_stream_options;
  Streams streams;
  Ids ids;
  Turns turns;
  /// True if a call changes nothing and costs no more than the work, so that it may be made twice.
  bool is_repeatable;
  /// The answer up to its number, if that is a count of the request's tokens, which can be
  /// estimated where no upstream serves the endpoint; empty: it is none.
  std::string_view count;
  /// The metrics' name of such a call. Source: gen_ai.operation.name of OpenTelemetry's
  /// conventions; the endpoint's slug if they have none.
  std::string_view operation;

  [[nodiscard]] constexpr bool counts(Meter meter) const { return meters.contains(meter); }
  [[nodiscard]] constexpr bool is_estimated() const { return !count.empty(); }
};

/// The row of `endpoint`, with static lifetime.
[[nodiscard]] const EndpointRow& of(catalogue::Endpoint endpoint);

}  // namespace weir::dialect
