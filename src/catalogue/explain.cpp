#include "catalogue/explain.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "catalogue/spelling.hpp"

namespace weir::catalogue {
namespace {

/// The ids that a model may have in upstreams' lists.
std::vector<std::string_view> ids_elsewhere(std::string_view id,
                                            std::span<const ModelSettings> settings) {
  std::vector<std::string_view> ids{id};
  for (const auto& entry : settings) {
    const bool is_alias =
        std::ranges::any_of(entry.aliases, [&](const auto& alias) { return trim(alias) == id; });
    if (!is_alias && !SameSpelling()(trim(entry.id), id)) continue;
    if (is_alias) ids.push_back(trim(entry.id));
    for (const auto& route : entry.upstreams) {
      if (!route.model.empty()) ids.push_back(route.model);
    }
  }
  return ids;
}

/// The listings reduced to the rows of `ids`.
std::vector<UpstreamListing> rows_of(std::span<const std::string_view> ids,
                                     std::span<const UpstreamListing> listings) {
  const auto is_meant = [&](const UpstreamModel& row) {
    return std::ranges::any_of(ids,
                               [&](std::string_view id) { return SameSpelling()(row.id, id); });
  };
  std::vector<UpstreamListing> kept;
  for (const auto& listing : listings) {
    auto& few = kept.emplace_back(listing.upstream, listing.reach, listing.calls);
    few.spelling = listing.spelling;
    few.not_served = listing.not_served;
    std::ranges::copy_if(listing.models, std::back_inserter(few.models), is_meant);
  }
  return kept;
}

std::vector<UpstreamWord> words_on(const Model& model, std::span<const UpstreamListing> listings) {
  std::vector<UpstreamWord> words;
  for (const Route& route : model.routes) {
    const auto listing = std::ranges::find(listings, route.upstream, &UpstreamListing::upstream);
    if (listing == listings.end()) continue;
    const auto row = std::ranges::find_if(listing->models, [&](const UpstreamModel& listed) {
      return means(route.model, listed.id, listing->spelling);
    });
    if (row == listing->models.end()) continue;
    words.push_back({route.upstream, row->id, row->model_class});
  }
  return words;
}

}  // namespace

Explanation explain(std::string_view id, std::span<const ModelSettings> settings,
                    std::span<const UpstreamListing> listings, const Classifier& classifier) {
  const auto rows = rows_of(ids_elsewhere(id, settings), listings);
  std::vector<std::pair<std::string, std::vector<ExplainedStep>>> explained;
  auto judge = judge_by(classifier);
  judge.decide = [&](const ClassEvidence& evidence) {
    explained.emplace_back(evidence.id, classifier.explain(evidence));
    return classifier.decide(evidence);
  };
  const auto catalogue = build(settings, rows, judge, 0);

  Explanation explanation;
  const Model* model = catalogue->find(id);
  if (model == nullptr) {
    explanation.steps = classifier.explain({.id = id});
    return explanation;
  }
  explanation.model = *model;
  explanation.words = words_on(*model, rows);
  const auto found = std::ranges::find(explained, model->counted_id(),
                                       [](const auto& pair) -> const auto& { return pair.first; });
  CHECK(found != explained.end());  // the model was built with this judge
  explanation.steps = std::move(found->second);
  return explanation;
}

}  // namespace weir::catalogue
