#include "catalogue/detail/indexed_listing.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "codec/utf8.hpp"

namespace weir::catalogue::detail {
namespace {

bool is_listable(std::string_view id) {
  const auto spoils = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F || c == '*'; };
  return !id.empty() && id.size() <= kMaxIdBytes && std::ranges::none_of(id, spoils) &&
         codec::is_utf8(id);
}

}  // namespace

IndexedListing::IndexedListing(const UpstreamListing& listing) : listing_(&listing) {
  by_id_.reserve(listing.models.size());
  for (const auto& model : listing.models) {
    const auto id = trim(model.id);
    if (is_listable(id) && by_id_.emplace(id, &model).second) models_.push_back(&model);
  }
}

const UpstreamModel* IndexedListing::find(std::string_view id) {
  const auto wanted = trim(id);
  if (const auto exact = by_id_.find(wanted); exact != by_id_.end()) return exact->second;
  if (by_spelling_.empty()) index_spellings();
  const UpstreamModel* meant = nullptr;
  const auto [first, last] = by_spelling_.equal_range(wanted);
  for (auto candidate = first; candidate != last; ++candidate) {
    if (!means(wanted, candidate->first, listing_->spelling)) continue;
    if (meant != nullptr) return nullptr;
    meant = candidate->second;
  }
  return meant;
}

RouteReason IndexedListing::reason(std::string_view raw_id, const UpstreamModel* listed) const {
  if (listed != nullptr && !listed->available) return RouteReason::withdrawn;
  if (std::ranges::binary_search(listing_->not_served, raw_id)) return RouteReason::not_served;
  switch (listing_->reach) {
    case Reach::unknown:
    case Reach::up:
      return RouteReason::none;
    case Reach::failing:
      return RouteReason::upstream_failing;
    case Reach::lost:
      return RouteReason::upstream_lost;
  }
  __builtin_unreachable();
}

// Only declared models are looked up by spelling, so most listings never need this index.
void IndexedListing::index_spellings() {
  by_spelling_.reserve(models_.size());
  for (const UpstreamModel* model : models_) by_spelling_.emplace(trim(model->id), model);
}

}  // namespace weir::catalogue::detail
