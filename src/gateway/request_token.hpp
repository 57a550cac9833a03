/// The id of what an upstream keeps, such as a video's request, a response or a file, as the client
/// sees it: the upstream's own id and its place, sealed. From it any node finds the upstream for a
/// later call, without a table; nobody can forge one that leads elsewhere, and only the key that
/// made the first call can use it (docs/decisions/0019, 0067, 0072).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/enumerators.hpp"
#include "base/secret.hpp"
#include "dialect/endpoint.hpp"

namespace weir::gateway {

using dialect::SealedId;

/// The tokens that a batch is expected to use.
struct BatchTokens {
  std::int64_t prompt = 0;
  std::int64_t answer = 0;

  bool operator==(const BatchTokens&) const = default;
};

struct RequestPlace {
  std::string upstream;    ///< its name in the settings
  std::string model;       ///< the client's id; the caller must be allowed to call it
  std::string request_id;  ///< as the upstream issued it
  /// In the id of a batch's input, and of the batch; null: no batch can be made of it.
  std::optional<BatchTokens> batch = {};

  bool operator==(const RequestPlace&) const = default;
};

/// Seals and opens ids: AES-256-SIV (RFC 5297) under keys derived from the pepper, one for each
/// kind. The text reveals only its kind and its length.
///
/// Threads: any; immutable. Cost: some microseconds each.
class RequestSeal {
 public:
  /// `pepper` is the same on all nodes.
  explicit RequestSeal(const Secret& pepper);

  /// Seals `place` for the key with this `identity` (auth::KeyEntry). The text is safe in JSON and
  /// in a URL. REQUIRES: identity is not empty.
  [[nodiscard]] std::string seal(SealedId kind, const RequestPlace& place,
                                 std::string_view identity, WallTime now) const;

  /// Whether `text` has the form of a sealed id of that kind.
  [[nodiscard]] static bool is_sealed(SealedId kind, std::string_view text);

  /// Nothing for a text that was not sealed here for this key, or that is `lifetime` old or older.
  /// One issued in the future is accepted, since the clocks of nodes differ.
  /// REQUIRES: identity is not empty.
  [[nodiscard]] std::optional<RequestPlace> open(SealedId kind, std::string_view text,
                                                 std::string_view identity, WallTime now,
                                                 std::chrono::milliseconds lifetime) const;

 private:
  [[nodiscard]] const Secret& key(SealedId kind) const {
    return keys_[static_cast<std::size_t>(kind)];
  }

  std::array<Secret, kEnumeratorCount<SealedId>> keys_;
};

}  // namespace weir::gateway
