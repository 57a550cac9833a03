/// The kinds of upstream Weir knows: how each is addressed, authenticated, asked, read and called.
///
/// A new kind is one file in kinds/ and one row in kinds.cpp.
#pragma once

#include <span>
#include <string_view>

#include "catalogue/endpoint.hpp"
#include "discovery/ask.hpp"

namespace weir::discovery {

namespace kinds {
struct Protocol;  // kinds/protocol.hpp: how it is asked and read
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

/// Where calls of an endpoint go that is not at its usual path below the API root.
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
  std::string_view api_prefix = "/v1";  ///< put after a base URL that names no version
  KeyHeader key_header = {};
  std::span<const FixedHeader> headers = {};  ///< sent with every request
  /// How many refresh intervals lie between two refreshes: hosted lists change by the day, and the
  /// siliconflow kind costs ten requests.
  int refresh_every = 1;
  catalogue::Spelling spelling = catalogue::Spelling::exact;  ///< how it reads ids in calls
  /// The endpoints that its servers are documented to serve. A newer or older one may speak more or
  /// less: a 404 reaches the client, and may withdraw the model there (decision 0008).
  catalogue::Endpoints calls = {};
  /// The endpoints that they are documented not to serve.
  catalogue::Endpoints absent = {};
  std::span<const CallPath> call_paths = {};
  /// Whether a stream reports its usage when `stream_options.include_usage` asks for it. False
  /// where it does so unasked, or does not know the option.
  bool usage_on_request = true;
};

/// Where models of this kind are sent calls: `calls`, the first endpoint of every sub type, and all
/// endpoints of the sub types that none of `calls` is for, except those that are `absent`. A server
/// that lists an image model serves it somewhere, and the usual path is the best guess.
[[nodiscard]] catalogue::Endpoints callable(const Kind& kind);

/// All kinds, in the order they are documented.
[[nodiscard]] std::span<const Kind> all_kinds();

/// Their slugs, in the same order: what a config error lists as allowed.
[[nodiscard]] std::span<const std::string_view> kind_slugs();

/// Case-sensitive; null for an unknown slug.
[[nodiscard]] const Kind* find_kind(std::string_view slug);

}  // namespace weir::discovery
