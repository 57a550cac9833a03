/// Look-up of a key that a path names.
#pragma once

#include "management/context.hpp"
#include "store/key_record.hpp"

namespace weir::management {

/// By id alone: a name may be that of several keys over time. Revoked keys are found, too. Errors:
/// not_found, store_failed.
[[nodiscard]] net::Task<Answered<store::KeyRecord>> find_key(const Context& context);

/// As find_key, on the store's thread, for a stored key that is not revoked. Errors: revoked too.
[[nodiscard]] Answered<store::KeyRecord> find_for_change(store::Store& store, std::string_view id);

}  // namespace weir::management
