/// The upstreams missing from a list, for the client that requests it.
///
/// The body of a list has a fixed format and cannot say that it is incomplete; a header field does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// An upstream without a list: it has not answered yet, or not for longer than the grace time.
struct MissingUpstream {
  std::string name;
  /// Globs over the ids that it may serve; empty if the catalogue knows its models.
  std::vector<std::string> may_serve = {};
};

/// Bound on names, so that the field stays within clients' header limits.
inline constexpr std::size_t kMaxMissingNamed = 32;

/// The names of the missing upstreams that a client with `scope` may use, joined by ", ". An
/// upstream counts if
/// - the scope admits a model with a route to it, or
/// - the scope has a pattern, or the id of a model that is not served now, which could match one of
///   `may_serve`.
///
/// A key whose models are all served elsewhere gets no names.
///
/// Cost: one pass over the models and their routes; nothing if none is missing.
[[nodiscard]] std::string missing_names(const Catalogue& catalogue,
                                        std::span<const MissingUpstream> missing,
                                        const Scope& scope);

}  // namespace weir::catalogue
