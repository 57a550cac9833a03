/// The fields of a client's request that its upstream gets. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dialect/family.hpp"
#include "http/request.hpp"

namespace weir::gateway {

/// The fields that servers of the family read. Every other stays here: it may hold the client's
/// key, or tell of the network inside.
[[nodiscard]] http::FieldNames passed_fields(dialect::Family family);
/// Those that have nothing to do with the words of the body, for one that was translated.
[[nodiscard]] http::FieldNames passed_fields_of_any();

/// Appends the lines of the fields that `passed` names, as the client sent them.
///
/// Fields that the client's Connection names are for this hop alone (RFC 9110 §7.6.1).
/// An Idempotency-Key is passed as a digest of it and the caller; `caller`: the key's id.
void append_passed_fields(std::string& head, const http::Request& request, http::FieldNames passed,
                          std::string_view caller);

/// True if the request chooses an organization or a project of the upstream's account: a refusal
/// may then be about the choice.
[[nodiscard]] bool names_account(const http::Request& request);

/// True if the query asks for the beta version of the family's API; no other parameter is passed
/// on.
[[nodiscard]] bool wants_beta(std::string_view query, dialect::Family family);

}  // namespace weir::gateway
