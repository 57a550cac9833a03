/// Makes one catalogue out of what the operator declares and what upstreams list.
///
/// Order: declared models as in the file, then discovered ones, upstream by upstream in each one's
/// own order; nothing is sorted. An id is one row, with a route for every upstream that serves it.
///
/// Precedence, field by field: the entry with exactly this id, then the globs that match it in file
/// order, then the upstreams in route order, those that can be called first. Limits, input
/// modalities and capabilities are those that all of them give, since a call may go to any of them.
/// Public registries come last, and know a model by the id of its weights where that is known.
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
#include "catalogue/settings.hpp"

namespace weir::catalogue {

/// How an upstream stands, as its last refreshes tell.
enum class Reach : std::uint8_t {
  unknown,  ///< not asked yet: its declared models are taken to be there
  up,
  failing,  ///< not reached, within the grace time
  lost,     ///< not reached for longer
};

/// One upstream and the last good list it gave.
struct UpstreamListing {
  std::string upstream;
  Reach reach = Reach::unknown;
  /// The paths it may be called at. A model none of whose sub types is called there is not
  /// available from it.
  Endpoints calls = kAllEndpoints;
  Spelling spelling = Spelling::exact;  ///< how it reads ids in calls
  std::vector<UpstreamModel> models = {};
  /// Ids that it was taken to serve, until it answered a call that it does not. Sorted.
  std::vector<std::string> not_served = {};
  ApiRoot api_root = ApiRoot::versioned;  ///< where it is called

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

/// A longer discovered id is dropped, as is one that is empty, not UTF-8, holds a control character
/// or a `*` (another gateway's wildcard row names no model). Blanks around an id are not part of
/// it.
inline constexpr std::size_t kMaxIdBytes = 512;

/// - A declared model with `upstreams` is served there and nowhere else, whether or not they list
///   it: some serve more than they list. Without, it is served by every upstream that lists its id
///   or another spelling of it (spelling.hpp). While none does, it is available on the operator's
///   word.
/// - An upstream's id that such a route maps to another name is not listed again from there.
/// - `hidden` removes a model; an exact entry that does not say it overrules a glob that does.
/// - An upstream without a listing is as one that was not asked yet.
///
/// `listings` are in the order of the config file. Asks `judge` once per model.
[[nodiscard]] std::shared_ptr<const Catalogue> build(std::span<const ModelSettings> settings,
                                                     std::span<const UpstreamListing> listings,
                                                     const Judge& judge, std::uint64_t version);

}  // namespace weir::catalogue
