#include "catalogue/build.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "codec/glob.hpp"
#include "codec/utf8.hpp"

namespace weir::catalogue {
namespace {

std::string_view trim(std::string_view id) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = id.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return id.substr(first, id.find_last_not_of(kBlanks) - first + 1);
}

bool is_listable(std::string_view id) {
  const auto spoils = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F || c == '*'; };
  return !id.empty() && id.size() <= kMaxIdBytes && std::ranges::none_of(id, spoils) &&
         codec::is_utf8(id);
}

std::optional<ModelClass> class_in(const ModelSettings& settings) {
  if (settings.sub_types.empty() && !settings.type) return std::nullopt;
  SubTypes sub_types;
  for (SubType sub_type : settings.sub_types) sub_types.insert(sub_type);
  auto model_class = ModelClass::of(sub_types);
  if (settings.type) model_class.types.insert(*settings.type);
  return model_class;
}

/// What the config says about one id.
struct Correction {
  ModelFacts facts;
  std::optional<ModelClass> model_class;
  bool hidden = false;

  void fill_from(const ModelSettings& settings) {
    facts.fill_from(settings.facts);
    if (!model_class) model_class = class_in(settings);
  }
};

/// The `models` section, split into names and patterns.
class Corrections {
 public:
  explicit Corrections(std::span<const ModelSettings> settings) {
    for (const auto& entry : settings) {
      const auto id = trim(entry.id);
      if (codec::is_glob(id)) {
        globs_.push_back(&entry);
      } else if (exact_.emplace(id, &entry).second) {
        declared_.push_back(&entry);
      }
    }
  }

  [[nodiscard]] std::span<const ModelSettings* const> declared() const { return declared_; }
  [[nodiscard]] bool declares(std::string_view id) const { return exact_.contains(id); }

  [[nodiscard]] Correction of(std::string_view id) const {
    Correction correction;
    const auto exact = exact_.find(id);
    if (exact != exact_.end()) {
      correction.hidden = exact->second->hidden;
      correction.fill_from(*exact->second);
    }
    for (const ModelSettings* glob : globs_) {
      if (!codec::glob_matches(trim(glob->id), id)) continue;
      if (exact == exact_.end()) correction.hidden = correction.hidden || glob->hidden;
      correction.fill_from(*glob);
    }
    return correction;
  }

 private:
  std::unordered_map<std::string_view, const ModelSettings*> exact_;
  std::vector<const ModelSettings*> declared_;  // of exact_, in file order
  std::vector<const ModelSettings*> globs_;
};

/// One upstream's list, by trimmed id.
class IndexedListing {
 public:
  explicit IndexedListing(const UpstreamListing& listing) : listing_(&listing) {
    by_id_.reserve(listing.models.size());
    for (const auto& model : listing.models) {
      const auto id = trim(model.id);
      if (is_listable(id) && by_id_.emplace(id, &model).second) models_.push_back(&model);
    }
  }

  [[nodiscard]] const std::string& upstream() const { return listing_->upstream; }
  /// Listable, without repetition, in the upstream's order.
  [[nodiscard]] std::span<const UpstreamModel* const> models() const { return models_; }

  [[nodiscard]] const UpstreamModel* find(std::string_view id) const {
    const auto found = by_id_.find(trim(id));
    return found == by_id_.end() ? nullptr : found->second;
  }

  [[nodiscard]] Status status(bool listed) const {
    if (!listed && listing_->complete && !listing_->models.empty()) return Status::unavailable;
    switch (listing_->reach) {
      case Reach::unknown:
      case Reach::up:
        return Status::available;
      case Reach::failing:
        return Status::degraded;
      case Reach::lost:
        return Status::unavailable;
    }
    __builtin_unreachable();
  }

 private:
  const UpstreamListing* listing_;
  std::unordered_map<std::string_view, const UpstreamModel*> by_id_;
  std::vector<const UpstreamModel*> models_;
};

/// A row in the making.
struct Draft {
  Model model;
  std::optional<ModelClass> config_class;
  std::optional<ModelClass> upstream_class;
  std::string_view base_id;

  Draft(std::string_view id, Correction correction) : config_class(correction.model_class) {
    model.id = id;
    model.facts = std::move(correction.facts);
  }

  /// `listed` is what the upstream says of `raw_id`, or null.
  Route& add_route(std::string_view upstream, std::string_view raw_id, Status status,
                   const UpstreamModel* listed) {
    if (listed != nullptr) {
      model.facts.fill_from(listed->facts);
      if (!upstream_class) upstream_class = listed->model_class;
      if (base_id.empty()) base_id = listed->base_id;
    }
    // Behind an alias of the operator's own, the upstream's id tells more than the alias.
    if (base_id.empty() && trim(raw_id) != model.id) base_id = raw_id;
    return model.routes.emplace_back(std::string(upstream), std::string(raw_id), status);
  }

  [[nodiscard]] Model finish(const Decide& decide) && {
    auto decision = decide(
        {.id = model.id, .base_id = base_id, .config = config_class, .upstream = upstream_class});
    model.model_class = decision.model_class;
    model.class_source = decision.source;
    model.class_rule = std::move(decision.rule);
    // Declared, and no upstream known to list it: the operator's word stands.
    model.status = model.routes.empty() ? Status::available : Status::unavailable;
    for (const Route& route : model.routes) model.status = std::min(model.status, route.status);
    return std::move(model);
  }
};

class Builder {
 public:
  Builder(std::span<const ModelSettings> settings, std::span<const UpstreamListing> listings)
      : corrections_(settings), listings_(listings.begin(), listings.end()) {}

  std::vector<Model> run(const Decide& decide) {
    for (const ModelSettings* declared : corrections_.declared()) add_declared(*declared);
    for (const auto& listing : listings_) {
      for (const UpstreamModel* model : listing.models()) add_discovered(listing, *model);
    }
    std::vector<Model> models;
    models.reserve(drafts_.size());
    for (auto& draft : drafts_) models.push_back(std::move(draft).finish(decide));
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
    const std::string_view raw_id = route.model.empty() ? draft.model.id : route.model;
    if (trim(raw_id) != draft.model.id) mapped_[route.name].insert(trim(raw_id));
    const auto listing = std::ranges::find(listings_, route.name, &IndexedListing::upstream);
    const bool known = listing != listings_.end();
    const UpstreamModel* listed = known ? listing->find(raw_id) : nullptr;
    const Status status = known ? listing->status(listed != nullptr) : Status::available;
    Route& added = draft.add_route(route.name, raw_id, status, listed);
    added.priority = route.priority;
    added.weight = route.weight;
  }

  void add_listed_routes(Draft& draft) {
    for (const auto& listing : listings_) {
      const UpstreamModel* listed = listing.find(draft.model.id);
      if (listed == nullptr) continue;
      draft.add_route(listing.upstream(), listed->id, listing.status(true), listed);
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
    drafts_[row->second].add_route(listing.upstream(), model.id, listing.status(true), &model);
  }

  [[nodiscard]] bool is_mapped(std::string_view upstream, std::string_view raw_id) const {
    const auto found = mapped_.find(upstream);
    return found != mapped_.end() && found->second.contains(raw_id);
  }

  static constexpr std::size_t kHidden = static_cast<std::size_t>(-1);

  Corrections corrections_;
  std::vector<IndexedListing> listings_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::string_view, std::size_t> discovered_;  // id to its place in drafts_
  // Upstream to those of its ids that a declared route lists under another name.
  std::unordered_map<std::string_view, std::unordered_set<std::string_view>> mapped_;
};

}  // namespace

std::shared_ptr<const Catalogue> build(std::span<const ModelSettings> settings,
                                       std::span<const UpstreamListing> listings,
                                       const Decide& decide, std::uint64_t version) {
  return std::make_shared<const Catalogue>(Builder(settings, listings).run(decide), version);
}

void keep_known(std::span<const UpstreamModel> previous, std::span<UpstreamModel> next) {
  std::unordered_map<std::string_view, const UpstreamModel*> known;
  for (const auto& model : previous) known.emplace(model.id, &model);
  for (auto& model : next) {
    const auto found = known.find(model.id);
    if (found == known.end()) continue;
    const UpstreamModel& before = *found->second;
    if (before.facts.created) model.facts.created = before.facts.created;
    if (!model.model_class) model.model_class = before.model_class;
  }
}

}  // namespace weir::catalogue
