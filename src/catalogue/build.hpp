/// Merges the operator's declarations and the upstreams' lists into one catalogue.
///
/// Order: declared models as in the file, then discovered ones, upstream by upstream in each one's
/// own order; nothing is sorted. An id is one row, with a route for every upstream that serves it.
///
/// Precedence, field by field: the entry with exactly this id, then the globs that match it in file
/// order, then the upstreams in route order, usable ones first. Limits, input modalities and
/// capabilities are those common to all of them, since a call may go to any of them. Public
/// registries come last; they are searched for the id of the weights, if that is known.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalogue/api_root.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/classify.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "catalogue/model_rows.hpp"
#include "catalogue/settings.hpp"

namespace weir::catalogue {

/// Reachability of an upstream, according to its last refreshes.
enum class Reach : std::uint8_t {
  unknown,  ///< not asked yet: its declared models are assumed to be there
  up,
  failing,  ///< unreachable, within the grace time
  lost,     ///< unreachable for longer
};

/// One upstream and its last good list.
struct UpstreamListing {
  std::string upstream;
  Reach reach = Reach::unknown;
  /// The endpoints it may be called at. A model none of whose sub types has an endpoint there is
  /// not available from it.
  Endpoints calls = kAllEndpoints;
  Spelling spelling = Spelling::exact;  ///< how it interprets ids in calls
  ModelRows models = {};
  /// Ids that it was assumed to serve, until it answered a call that it does not. Sorted.
  std::vector<std::string> not_served = {};
  ApiRoot api_root = ApiRoot::versioned;  ///< the root for calls

  bool operator==(const UpstreamListing&) const = default;
};

/// The source of classes and registry facts for a catalogue: a Classifier, or a test's stand-ins.
struct Judge {
  std::function<Decision(const ClassEvidence&)> decide;
  /// Registry facts about the model with this id. An empty function: there are none.
  std::function<std::optional<RegistryFacts>(std::string_view id)> facts = {};
};

/// Lifetime: `classifier` outlives it.
[[nodiscard]] Judge judge_by(const Classifier& classifier);

/// Longer discovered ids are dropped, as are ids that are empty, not UTF-8, or contain a control
/// character or a `*` (another gateway's wildcard row names no model). Blanks around an id are not
/// part of it.
inline constexpr std::size_t kMaxIdBytes = 512;

/// - A declared model with `upstreams` is served there and nowhere else, whether or not they list
///   it: some serve more than they list. Without, it is served by every upstream that lists its id
///   or another spelling of it (spelling.hpp). While none does, it is available on the operator's
///   word.
/// - An upstream's id that such a route maps to another name is not listed again from there.
/// - An alias is a row of its own behind its model's, equal but for the id; it takes the place of a
///   listed model with that id.
/// - `hidden` removes a model; an exact entry without it overrules a glob with it.
/// - An upstream without a listing counts as not asked yet.
///
/// `listings` are in the order of the config file. Calls `judge` once per model.
[[nodiscard]] std::shared_ptr<const Catalogue> build(std::span<const ModelSettings> settings,
                                                     std::span<const UpstreamListing> listings,
                                                     const Judge& judge, std::uint64_t version);

}  // namespace weir::catalogue
