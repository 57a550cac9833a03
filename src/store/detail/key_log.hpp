/// The log of changes of keys, from which a reader learns what is new.
///
/// Triggers write it, in the transaction of the change, so that no program can change a key without
/// it. A reader's mark names a row by its number and its nonce. If that row is gone, or another one
/// has its number, the reader is too far behind or the file was restored, and it reads all keys.
#pragma once

#include <cstdint>
#include <optional>

#include "store/detail/sqlite.hpp"
#include "store/key_changes.hpp"

namespace weir::store::detail {

/// Tells `reader` the changes since `since`; all keys without it, if it is not in the log, or if
/// that is less work. Returns the log's end. REQUIRES: within a transaction.
[[nodiscard]] Result<KeyMark> read_changes(const Connection& connection,
                                           const std::optional<KeyMark>& since, KeyReader& reader);

/// Forgets all but the last `kept` rows. REQUIRES: within a transaction.
[[nodiscard]] Result<> trim_log(const Connection& connection, std::int64_t kept);

}  // namespace weir::store::detail
