/// One upstream's list, by trimmed id.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalogue/build.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "catalogue/spelling.hpp"

namespace weir::catalogue::detail {

/// An upstream's statement on a model that it serves, or may serve.
struct Statement {
  const UpstreamModel* listed = nullptr;  ///< null: declared for it, but not listed by it
  Endpoints calls = kAllEndpoints;        ///< the upstream's
  Spelling spelling = Spelling::exact;    ///< the upstream's
};

/// Lifetime: the listing outlives it.
class IndexedListing {
 public:
  explicit IndexedListing(const UpstreamListing& listing);

  [[nodiscard]] const std::string& upstream() const { return listing_->upstream; }
  /// Listable models, without duplicates, in the upstream's order.
  [[nodiscard]] std::span<const UpstreamModel* const> models() const { return models_; }

  /// The row with exactly this id, else the only one whose id is another spelling of it.
  [[nodiscard]] const UpstreamModel* find(std::string_view id);

  /// Its statement on `listed`, which is null for a model that it does not list.
  [[nodiscard]] Statement statement(const UpstreamModel* listed) const {
    return {listed, listing_->calls, listing_->spelling};
  }

  /// The state of a route to its model `raw_id`; `listed` is null if the upstream does not list it.
  [[nodiscard]] RouteReason reason(std::string_view raw_id, const UpstreamModel* listed) const;

 private:
  void index_spellings();

  const UpstreamListing* listing_;
  std::unordered_map<std::string_view, const UpstreamModel*> by_id_;
  std::unordered_multimap<std::string_view, const UpstreamModel*, SpellingHash, SameSpelling>
      by_spelling_;
  std::vector<const UpstreamModel*> models_;
};

}  // namespace weir::catalogue::detail
