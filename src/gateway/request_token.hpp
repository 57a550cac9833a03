/// The request id of a video as the client holds it: the upstream's own id, and where it belongs,
/// sealed. The status call finds its upstream from it on any node, with no table; and nobody can
/// make up one that leads elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace weir::gateway {

struct RequestPlace {
  std::string upstream;    ///< its name in the settings
  std::string model;       ///< the client's id; who asks must be allowed to call it
  std::string request_id;  ///< as the upstream knows it

  bool operator==(const RequestPlace&) const = default;
};

/// Text that is safe in JSON and in a URL. `key` is the same on all nodes.
[[nodiscard]] std::string seal_request(const Secret& key, const RequestPlace& place);

/// Nothing for a text that was not sealed with this key.
[[nodiscard]] std::optional<RequestPlace> open_request(const Secret& key, std::string_view text);

}  // namespace weir::gateway
