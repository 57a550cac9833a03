/// The kinds of upstream: addressing, authentication, list requests, parsing and calls.
///
/// A new kind is one file in kinds/ and one row in kinds.cpp.
#pragma once

#include <span>
#include <string_view>

#include "catalogue/endpoint.hpp"
#include "discovery/ask.hpp"

namespace weir::discovery {

namespace kinds {
struct Protocol;  // kinds/protocol.hpp: list requests and parsing
}

/// The request header that carries the upstream's key: `name: prefix + key`.
struct KeyHeader {
  std::string_view name = "authorization";
  std::string_view prefix = "Bearer ";
};

struct FixedHeader {
  std::string_view name;
  std::string_view value;
};

/// The path of an endpoint that is not at its usual place below the API root.
struct CallPath {
  catalogue::Endpoint endpoint;
  Root root;
  std::string_view path;
};

/// Immutable; the table lives as long as the program.
struct Kind {
  std::string_view slug;  ///< the config file's spelling
  std::string_view text;  ///< one line for documentation and `weir check`
  const kinds::Protocol* protocol = nullptr;
  std::string_view api_prefix = "/v1";  ///< added to a base URL that names no version
  KeyHeader key_header = {};
  std::span<const FixedHeader> headers = {};  ///< sent with every request
  /// Refresh intervals between two refreshes: hosted lists change daily, and the siliconflow kind
  /// needs ten requests.
  int refresh_every = 1;
  catalogue::Spelling spelling = catalogue::Spelling::exact;  ///< how it interprets ids in calls
  /// The endpoints that its servers are documented to serve. A newer or older version may serve
  /// more or fewer: a 404 is forwarded to the client, and may withdraw the model there (decision
  /// 0008).
  catalogue::Endpoints calls = {};
  /// The endpoints that its servers are documented not to serve.
  catalogue::Endpoints absent = {};
  std::span<const CallPath> call_paths = {};
  /// Where its servers say whether they can work, below the server's root, without generating
  /// anything. Empty: nowhere known. A 404 there is no failure.
  std::string_view health_path = {};
  /// True if a stream reports its usage on request, by `stream_options.include_usage`. False if it
  /// always does, or does not know the option.
  bool usage_on_request = true;
  /// True if its servers take `top_k` with chat completions, which OpenAI's API does not have.
  bool takes_top_k = false;
};

/// The endpoints at which models of this kind may be called: `calls`, the primary endpoint of every
/// sub type, and all endpoints of the sub types without any in `calls`, except those in `absent`. A
/// server that lists an image model serves it somewhere, and the usual path is the best guess.
[[nodiscard]] catalogue::Endpoints callable(const Kind& kind);

/// All kinds, in the order they are documented.
[[nodiscard]] std::span<const Kind> all_kinds();

/// Their slugs, in the same order, for config errors.
[[nodiscard]] std::span<const std::string_view> kind_slugs();

/// Case-sensitive; null for an unknown slug.
[[nodiscard]] const Kind* find_kind(std::string_view slug);

}  // namespace weir::discovery
