/// One request to an upstream and its response, free of any I/O.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace weir::discovery {

/// The base of an Ask's path (base_url.hpp resolves it).
enum class Root : std::uint8_t {
  api,     ///< below the API's version: `/models` means `…/v1/models`
  server,  ///< the server itself: `/api/tags`, `/props`, `/info`
};

struct Ask {
  Root root = Root::api;
  std::string path;       ///< starts with `/`; may carry a query, already percent-encoded
  std::string body;       ///< non-empty: POST it as application/json; empty: GET
  bool optional = false;  ///< its failure does not fail the round
  /// The origin-form request target; filled in by Inquiry, which knows the upstream's address.
  std::string target = {};

  static Ask api(std::string path) { return {Root::api, std::move(path), {}, false}; }
  static Ask server(std::string path) { return {Root::server, std::move(path), {}, false}; }

  [[nodiscard]] Ask posting(std::string json) && {
    body = std::move(json);
    return std::move(*this);
  }
  [[nodiscard]] Ask optionally() && {
    optional = true;
    return std::move(*this);
  }

  bool operator==(const Ask&) const = default;
};

/// A complete HTTP response.
struct Answer {
  int status = 0;
  std::string body;
  std::string location = {};  ///< the Location field of a redirect; empty if there is none
  std::string link = {};    ///< the Link fields (RFC 8288), joined by ", "; empty if there is none
  std::string target = {};  ///< the target that answered after a redirect; else empty
};

}  // namespace weir::discovery
