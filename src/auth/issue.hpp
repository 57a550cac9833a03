/// Making and rotating stored keys: the only place where a key's text exists beside its record.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "auth/random.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "limit/limits.hpp"
#include "store/store.hpp"

namespace weir::auth {

/// What someone asks for.
struct KeyDraft {
  std::string name;
  std::optional<WallTime> expires_at = {};
  limit::Limits limits = {};
  std::vector<limit::ModelLimits> model_limits = {};
  std::vector<std::string> models = {"*"};  ///< globs
  std::vector<std::string> sub_types = {};  ///< wire names; empty: all
  std::vector<std::string> networks = {};   ///< CIDR; empty: all
};

/// What he gets. The text is in no other place: shown once, then gone.
struct IssuedKey {
  Secret text;
  store::KeyRecord record;
};

inline constexpr std::chrono::hours kMaxOverlap{24 * 366};

/// Errors: invalid_parameter for a network that is none, an expiry in the past, no models, a name
/// or limit that no key may have; already_exists for a taken name; store_failed.
[[nodiscard]] Result<IssuedKey> issue_key(store::Store& store, Digester& digester,
                                          const RandomSource& random, const KeyDraft& draft,
                                          WallTime now);

/// A new text for the same key: id, name, permissions and limits stay. The old text works for
/// `overlap` more; with 0 it is dead at once.
/// Errors: not_found; invalid_parameter for an overlap below 0 or above kMaxOverlap; store_failed.
[[nodiscard]] Result<IssuedKey> rotate_key(store::Store& store, Digester& digester,
                                           const RandomSource& random, std::string_view name_or_id,
                                           std::chrono::milliseconds overlap, WallTime now);

}  // namespace weir::auth
