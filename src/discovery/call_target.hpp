/// Calls to upstreams of a kind: target, key header, and whether usage of a stream must be
/// requested. The table is in kinds.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalogue/endpoint.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

/// The origin-form request target, or nothing if the kind does not serve `endpoint`. `root` is
/// where the upstream's list was found; calls use the same root.
[[nodiscard]] std::optional<std::string> call_target(const BaseUrl& base, const Kind& kind,
                                                     ApiRoot root, catalogue::Endpoint endpoint);

/// The query of a request for the beta version of the endpoint; empty if it has none.
[[nodiscard]] std::string_view beta_query(catalogue::Endpoint endpoint);

/// The header that carries the upstream's key. OpenAI's endpoints take it as a bearer token, even
/// if the vendor's own list and `messages` use a header of the vendor's.
/// Source: docs.anthropic.com, "OpenAI SDK compatibility"; ai.google.dev, "OpenAI compatibility".
[[nodiscard]] const KeyHeader& call_key_header(const Kind& kind, catalogue::Endpoint endpoint);

/// True if a stream of `endpoint` should request usage by `stream_options.include_usage`: only
/// OpenAI's two older endpoints have the option; `responses` and `messages` always report it.
[[nodiscard]] bool asks_for_usage(const Kind& kind, catalogue::Endpoint endpoint);

/// True for OpenAI's own API and Azure's: of the kind `openai`, they alone are known to have no
/// messages, and to limit an answer by max_completion_tokens only.
/// Source: platform.openai.com, API reference: chat, `max_tokens` (deprecated; not for o-series),
/// 2026-11.
[[nodiscard]] bool is_openai_itself(const BaseUrl& base);

}  // namespace weir::discovery
