/// The request id of a video as the client holds it: the upstream's own id, and where it belongs,
/// sealed. The status call finds its upstream from it on any node, with no table; nobody can make
/// up one that leads elsewhere, and only the key that submitted the video can ask for it
/// (docs/decisions/0019).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace weir::gateway {

struct RequestPlace {
  std::string upstream;    ///< its name in the settings
  std::string model;       ///< the client's id; the caller must be allowed to call it
  std::string request_id;  ///< as the upstream knows it

  bool operator==(const RequestPlace&) const = default;
};

/// Seals and opens request ids: AES-256-SIV (RFC 5297) under a key made from the pepper. The text
/// tells nothing but its length.
///
/// Threads: any; immutable. Cost: some microseconds each.
class RequestSeal {
 public:
  /// `pepper` is the same on all nodes.
  explicit RequestSeal(const Secret& pepper);

  /// Text that is safe in JSON and in a URL, for the key whose `identity` this is
  /// (auth::KeyEntry). REQUIRES: identity is not empty.
  [[nodiscard]] std::string seal(const RequestPlace& place, std::string_view identity,
                                 WallTime now) const;

  /// Nothing for a text that was not sealed here for this key, and from `lifetime` after it was.
  /// One that is issued in the future is open: the clocks of nodes differ.
  /// REQUIRES: identity is not empty.
  [[nodiscard]] std::optional<RequestPlace> open(std::string_view text, std::string_view identity,
                                                 WallTime now,
                                                 std::chrono::milliseconds lifetime) const;

 private:
  Secret key_;
};

}  // namespace weir::gateway
