/// Which upstreams are missing from a list, for the client that asks for it.
///
/// The body of a list is the contract's and cannot say that it is short; a header field does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// An upstream that has no list now: it has not answered yet, or not for longer than the grace
/// time.
struct MissingUpstream {
  std::string name;
  /// Globs over the ids that it may have; empty where the catalogue knows its models.
  std::vector<std::string> may_serve = {};
};

/// Further names are left out, so that the field stays within clients' header limits.
inline constexpr std::size_t kMaxMissingNamed = 32;

/// The names of those that a client with `scope` may use, joined by ", ". An upstream counts if
/// - the scope admits a model with a route to it, or
/// - the scope has a pattern, or the id of a model that is not served now, which could be one of
///   `may_serve`.
///
/// A key for models that are all served elsewhere learns no name.
///
/// Cost: one pass over the models and their routes; nothing if none is missing.
[[nodiscard]] std::string missing_names(const Catalogue& catalogue,
                                        std::span<const MissingUpstream> missing,
                                        const Scope& scope);

}  // namespace weir::catalogue
