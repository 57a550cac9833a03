/// Issues and rotates stored keys: the only place where a key's text exists together with its
/// record.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/digest.hpp"
#include "auth/random.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/store.hpp"

namespace weir::auth {

/// A request for a key.
struct KeyDraft {
  std::string name;
  store::KeyGrant grant = {.models = {"*"}};
};

/// A newly issued key; the plaintext is stored nowhere.
struct IssuedKey {
  Secret text;
  store::KeyRecord record;
};

inline constexpr std::chrono::hours kMaxOverlap{24 * 366};

/// A key as issue_key makes it, not stored yet: of use once it is. Errors: as issue_key, except the
/// store's.
[[nodiscard]] Result<IssuedKey> make_key(Digester& digester, const RandomSource& random,
                                         const KeyDraft& draft, WallTime now);

/// Errors: invalid_parameter for an invalid network, an expiry in the past, no models, a name or
/// limit that no key may have; already_exists for a taken name; store_failed.
[[nodiscard]] Result<IssuedKey> issue_key(store::Store& store, Digester& digester,
                                          const RandomSource& random, const KeyDraft& draft,
                                          WallTime now);

/// Makes a new text for the same key: id, name, permissions and limits stay. The old text remains
/// valid for `overlap`; with 0 it expires at once.
/// Errors: not_found; invalid_parameter for an overlap below 0 or above kMaxOverlap; store_failed.
[[nodiscard]] Result<IssuedKey> rotate_key(store::Store& store, Digester& digester,
                                           const RandomSource& random, std::string_view name_or_id,
                                           std::chrono::milliseconds overlap, WallTime now);

}  // namespace weir::auth
