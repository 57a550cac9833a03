/// How an upstream of a kind is called: where, with which key header, and whether it must be asked
/// for the usage of a stream. The table is kinds.hpp.
#pragma once

#include <optional>
#include <string>

#include "catalogue/endpoint.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

/// The origin-form request target, or nothing if the kind does not speak `endpoint`. `root` is
/// where the upstream's list was found: calls go below the same place.
[[nodiscard]] std::optional<std::string> call_target(const BaseUrl& base, const Kind& kind,
                                                     ApiRoot root, catalogue::Endpoint endpoint);

/// The header that carries the upstream's key. OpenAI's endpoints take it as a bearer token, also
/// where the vendor's own list and `messages` want a header of the vendor's own.
/// Source: docs.anthropic.com, "OpenAI SDK compatibility"; ai.google.dev, "OpenAI compatibility".
[[nodiscard]] const KeyHeader& call_key_header(const Kind& kind, catalogue::Endpoint endpoint);

/// Whether a stream of `endpoint` should ask for `stream_options.include_usage`: only OpenAI's two
/// older endpoints have the option, `responses` and `messages` report unasked.
[[nodiscard]] bool asks_for_usage(const Kind& kind, catalogue::Endpoint endpoint);

}  // namespace weir::discovery
