/// Storage of keys and usage. An acknowledged call is committed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/key_changes.hpp"
#include "store/key_record.hpp"
#include "store/limit_change.hpp"
#include "store/usage_store.hpp"

namespace weir::store {

/// Every implementation passes store_contract_test.cpp. Each call is atomic, also among several
/// processes.
///
/// Errors:   store_failed when the store cannot be read or written, saying why; not_found for an
///           unknown or revoked id; already_exists when a name, id or secret is taken;
///           invalid_parameter for a record that `check` refuses.
/// Threads:  any; calls wait for one another, and may wait for a disk or another process, so they
///           are not for I/O threads.
class Store : public UsageStore {
 public:
  [[nodiscard]] virtual Result<> create(const KeyRecord& key) = 0;

  /// All keys, including revoked ones, oldest first.
  [[nodiscard]] virtual Result<std::vector<KeyRecord>> list() = 0;

  /// By id, or by the name of a key that is not revoked.
  [[nodiscard]] virtual Result<KeyRecord> find(std::string_view name_or_id) = 0;

  /// A revoked key cannot be enabled again.
  [[nodiscard]] virtual Result<> set_disabled(std::string_view id, bool disabled) = 0;

  /// Errors: invalid_parameter for a limit that no key may have.
  [[nodiscard]] virtual Result<> change_limits(std::string_view id, const LimitChange& change) = 0;

  /// Permanent; the name becomes free. Revoking twice keeps the first time.
  [[nodiscard]] virtual Result<> revoke(std::string_view id, WallTime now) = 0;

  /// Adds `next`. Every other secret stays valid until `others_until` or its own earlier end; those
  /// expired when `next` was made are dropped.
  [[nodiscard]] virtual Result<> rotate(std::string_view id, const KeySecret& next,
                                        WallTime others_until) = 0;

  /// Tells `reader` the changes of keys since `since`, a result of an earlier call, or all keys:
  /// without `since`, and when the store no longer knows what has changed since then. A key that
  /// was changed several times is told once, in no particular order. Returns the mark for the next
  /// call. After an error the reader has an unknown part of them, and reads again from its last
  /// mark.
  ///
  /// No change is ever left out: an implementation that numbers changes before they are committed
  /// must keep a later number from being seen before an earlier one.
  /// Cost: the number of changes, except when all keys are read.
  [[nodiscard]] virtual Result<KeyMark> read_changes(const std::optional<KeyMark>& since,
                                                     KeyReader& reader) = 0;

  /// Differs from an earlier result of this object if anything was committed since, by any process,
  /// except usage added through this object. Not comparable between objects.
  /// Cost: microseconds; meant for polling.
  [[nodiscard]] virtual Result<std::uint64_t> version() = 0;
};

}  // namespace weir::store
