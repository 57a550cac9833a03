/// Where keys are kept, and beside them usage. What a call acknowledges is committed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/key_record.hpp"
#include "store/usage_store.hpp"

namespace weir::store {

/// Every implementation passes store_contract_test.cpp. Each call takes effect as a whole or not
/// at all, also among several processes.
///
/// Errors:   store_failed when the store cannot be read or written, saying why; not_found for an
///           unknown or revoked id; already_exists when a name, id or secret is taken;
///           invalid_parameter for a record that `check` refuses.
/// Threads:  any; calls wait for one another, and may wait for a disk or another process, so they
///           are not for I/O threads.
class Store : public UsageStore {
 public:
  [[nodiscard]] virtual Result<> create(const KeyRecord& key) = 0;

  /// All keys, revoked ones too, oldest first.
  [[nodiscard]] virtual Result<std::vector<KeyRecord>> list() = 0;

  /// By id, or by the name of a key that is not revoked.
  [[nodiscard]] virtual Result<KeyRecord> find(std::string_view name_or_id) = 0;

  /// A revoked key cannot be enabled again.
  [[nodiscard]] virtual Result<> set_disabled(std::string_view id, bool disabled) = 0;

  /// For good; its name is free again. Revoking twice keeps the first time.
  [[nodiscard]] virtual Result<> revoke(std::string_view id, WallTime now) = 0;

  /// Adds `next`. Every other secret lives until `others_until` or its own earlier end; those dead
  /// when `next` was made are dropped.
  [[nodiscard]] virtual Result<> rotate(std::string_view id, const KeySecret& next,
                                        WallTime others_until) = 0;

  /// Differs from an earlier answer of this object if anything was committed since, by anyone; but
  /// usage that went through this object leaves it as it is. Means nothing to another object.
  /// Cost: microseconds; made to be polled.
  [[nodiscard]] virtual Result<std::uint64_t> version() = 0;
};

}  // namespace weir::store
