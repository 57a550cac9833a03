#include "catalogue/build.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/ascii.hpp"
#include "catalogue/detail/corrections.hpp"
#include "catalogue/detail/indexed_listing.hpp"

namespace weir::catalogue {
namespace {

using detail::Correction;
using detail::Corrections;
using detail::IndexedListing;
using detail::Statement;

Status status_of(RouteReason reason) {
  switch (reason) {
    case RouteReason::none:
      return Status::available;
    case RouteReason::upstream_failing:
      return Status::degraded;
    case RouteReason::upstream_lost:
    case RouteReason::withdrawn:
    case RouteReason::not_served:
    case RouteReason::endpoint_absent:
      return Status::unavailable;
  }
  __builtin_unreachable();
}

void set_reason(Route& route, RouteReason reason) {
  route.reason = reason;
  route.status = status_of(reason);
}

/// The part that several statements share: the smallest of numbers, the intersection of lists.
/// Nothing until something is stated.
template <class T>
struct Common {
  std::optional<T> value;

  void add(const std::optional<std::int64_t>& number) {
    if (number) value = std::min(value.value_or(*number), *number);
  }
  void add(const std::vector<std::string>& words) {
    if (words.empty()) return;
    if (!value) value = words;
    std::erase_if(*value, [&](const std::string& word) {
      return std::ranges::find(words, word) == words.end();
    });
  }
};

/// A row under construction.
class Draft {
 public:
  Draft(std::string_view id, Correction correction) : config_class_(correction.model_class) {
    model_.id = id;
    model_.facts = std::move(correction.facts);
  }

  [[nodiscard]] const std::string& id() const { return model_.id; }

  Route& add_route(std::string_view upstream, std::string_view raw_id, RouteReason reason,
                   Statement statement) {
    statements_.push_back(statement);
    model_.spelling = std::max(model_.spelling, statement.spelling);
    Route& route = model_.routes.emplace_back(std::string(upstream), std::string(raw_id));
    route.listed = statement.listed != nullptr;
    set_reason(route, reason);
    return route;
  }

  [[nodiscard]] Model finish(const Judge& judge) && {
    decide_class(judge);
    mark_absent_endpoints();
    // Facts of usable upstreams take precedence over those of others.
    for (const bool usable : {true, false}) model_.facts.fill_from(common_facts(usable));
    learn_from_registry(judge);
    // A model that is declared, but not known to be listed anywhere, is available on the operator's
    // word.
    model_.status = model_.routes.empty() ? Status::available : Status::unavailable;
    for (const Route& route : model_.routes) {
      model_.status = std::min(model_.status, route.status);
    }
    return std::move(model_);
  }

 private:
  [[nodiscard]] bool is_usable(std::size_t route) const {
    return model_.routes[route].status != Status::unavailable;
  }

  void decide_class(const Judge& judge) {
    for (const bool usable : {true, false}) collect_evidence(usable);
    auto decision = judge.decide({.id = model_.id,
                                  .base_id = base_id_,
                                  .config = config_class_,
                                  .upstream = upstream_class_});
    model_.model_class = decision.model_class;
    model_.class_source = decision.source;
    model_.class_rule = std::move(decision.rule);
  }

  void collect_evidence(bool usable) {
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      if (is_usable(i) != usable) continue;
      const std::string& raw_id = model_.routes[i].model;
      if (const UpstreamModel* listed = statements_[i].listed) {
        if (!upstream_class_) upstream_class_ = listed->model_class;
        if (base_id_.empty()) base_id_ = listed->base_id;
      }
      // Behind an operator's alias, the upstream's id is more informative than the alias.
      if (base_id_.empty() && trim(raw_id) != model_.id) base_id_ = raw_id;
    }
  }

  // A call may go to any of the upstreams, so the list promises only what all of them accept.
  [[nodiscard]] ModelFacts common_facts(bool usable) const {
    ModelFacts common;
    Common<std::int64_t> max_model_len, max_output_tokens;
    Common<std::vector<std::string>> input_modalities, capabilities;
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      const UpstreamModel* listed = statements_[i].listed;
      if (listed == nullptr || is_usable(i) != usable) continue;
      common.fill_from(listed->facts);
      max_model_len.add(listed->facts.max_model_len);
      max_output_tokens.add(listed->facts.max_output_tokens);
      input_modalities.add(listed->facts.input_modalities);
      capabilities.add(listed->facts.capabilities);
    }
    common.max_model_len = max_model_len.value;
    common.max_output_tokens = max_output_tokens.value;
    common.input_modalities = input_modalities.value.value_or(std::vector<std::string>{});
    common.capabilities = capabilities.value.value_or(std::vector<std::string>{});
    return common;
  }

  // An alias does not name the weights.
  void learn_from_registry(const Judge& judge) {
    if (!judge.facts) return;
    const auto known = judge.facts(base_id_.empty() ? model_.id : base_id_);
    if (!known) return;
    model_.registry_facts = model_.facts.fill_from(known->facts);
    if (!model_.registry_facts.empty()) model_.registry = known->source;
  }

  void mark_absent_endpoints() {
    const auto needed = endpoints_of(model_.model_class.sub_types);
    if (needed.empty()) return;
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      Route& route = model_.routes[i];
      if (route.status == Status::unavailable || statements_[i].calls.intersects(needed)) continue;
      set_reason(route, RouteReason::endpoint_absent);
    }
  }

  Model model_;
  std::vector<Statement> statements_;  // parallel to model_.routes
  std::optional<ModelClass> config_class_;
  std::optional<ModelClass> upstream_class_;
  std::string base_id_;
};

class Builder {
 public:
  Builder(std::span<const ModelSettings> settings, std::span<const UpstreamListing> listings)
      : corrections_(settings), listings_(listings.begin(), listings.end()) {}

  std::vector<Model> run(const Judge& judge) {
    for (const ModelSettings* declared : corrections_.declared()) add_declared(*declared);
    for (const auto& listing : listings_) {
      for (const UpstreamModel* model : listing.models()) add_discovered(listing, *model);
    }
    std::vector<Model> models;
    models.reserve(drafts_.size());
    for (auto& draft : drafts_) {
      models.push_back(std::move(draft).finish(judge));
      for (const auto alias : corrections_.aliases_of(models.back().id)) {
        if (corrections_.of(alias).hidden) continue;
        auto model = models.back();
        model.alias_of = model.counted_id();
        model.id = alias;
        models.push_back(std::move(model));
      }
    }
    return models;
  }

 private:
  void add_declared(const ModelSettings& declared) {
    const auto id = trim(declared.id);
    Draft draft(id, corrections_.of(id));
    for (const auto& route : declared.upstreams) add_declared_route(draft, route);
    if (declared.upstreams.empty()) add_listed_routes(draft);
    if (!declared.hidden) drafts_.push_back(std::move(draft));
  }

  void add_declared_route(Draft& draft, const RouteSettings& route) {
    const std::string_view raw_id = route.model.empty() ? draft.id() : route.model;
    const auto listing = std::ranges::find(listings_, route.name, &IndexedListing::upstream);
    Statement statement;
    auto reason = RouteReason::none;
    if (listing != listings_.end()) {
      statement = listing->statement(listing->find(raw_id));
      reason = listing->reason(raw_id, statement.listed);
    }
    // The declared route represents that row, which is not listed again.
    const auto served_id = trim(statement.listed != nullptr ? statement.listed->id : raw_id);
    if (served_id != draft.id()) mapped_[route.name].insert(served_id);
    Route& added = draft.add_route(route.name, raw_id, reason, statement);
    added.priority = route.priority;
    added.weight = route.weight;
  }

  void add_listed_routes(Draft& draft) {
    for (auto& listing : listings_) {
      const UpstreamModel* listed = listing.find(draft.id());
      if (listed == nullptr) continue;
      const auto served_id = trim(listed->id);
      if (served_id != draft.id()) mapped_[listing.upstream()].insert(served_id);
      draft.add_route(listing.upstream(), listed->id, listing.reason(listed->id, listed),
                      listing.statement(listed));
    }
  }

  void add_discovered(const IndexedListing& listing, const UpstreamModel& model) {
    const auto id = trim(model.id);
    if (corrections_.declares(id) || is_mapped(listing.upstream(), id)) return;
    const auto [row, is_new] = discovered_.try_emplace(id, drafts_.size());
    if (is_new) {
      auto correction = corrections_.of(id);
      if (correction.hidden) {
        row->second = kHidden;
      } else {
        drafts_.emplace_back(id, std::move(correction));
      }
    }
    if (row->second == kHidden) return;
    drafts_[row->second].add_route(listing.upstream(), model.id, listing.reason(model.id, &model),
                                   listing.statement(&model));
  }

  [[nodiscard]] bool is_mapped(std::string_view upstream, std::string_view raw_id) const {
    const auto found = mapped_.find(upstream);
    return found != mapped_.end() && found->second.contains(raw_id);
  }

  static constexpr std::size_t kHidden = static_cast<std::size_t>(-1);

  Corrections corrections_;
  std::vector<IndexedListing> listings_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::string_view, std::size_t> discovered_;  // id to index in drafts_
  // Per upstream, the ids that a declared route lists under another name.
  std::unordered_map<std::string_view, std::unordered_set<std::string_view>> mapped_;
};

}  // namespace

Judge judge_by(const Classifier& classifier) {
  return {.decide =
              [&classifier](const ClassEvidence& evidence) { return classifier.decide(evidence); },
          .facts = [&classifier](std::string_view id) { return classifier.facts(id); }};
}

std::shared_ptr<const Catalogue> build(std::span<const ModelSettings> settings,
                                       std::span<const UpstreamListing> listings,
                                       const Judge& judge, std::uint64_t version) {
  return std::make_shared<const Catalogue>(Builder(settings, listings).run(judge), version);
}

}  // namespace weir::catalogue
