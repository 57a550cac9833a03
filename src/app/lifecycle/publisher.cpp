#include "app/lifecycle/publisher.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <utility>

#include "auth/random.hpp"
#include "catalogue/classify.hpp"
#include "codec/hex.hpp"
#include "simulator/settings.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

Secret random_token() {
  std::array<std::uint8_t, 24> bytes{};
  auth::system_random(std::as_writable_bytes(std::span(bytes)));
  std::string text;
  codec::append_hex(text, bytes);
  return Secret(std::move(text));
}

bool has_no_list(const catalogue::UpstreamListing& listing) {
  switch (listing.reach) {
    case catalogue::Reach::unknown:
    case catalogue::Reach::lost:
      return true;
    case catalogue::Reach::failing:
      return listing.models.empty();
    case catalogue::Reach::up:
      return false;
  }
  __builtin_unreachable();
}

bool lists(std::span<const catalogue::UpstreamListing> listings, const std::string& upstream,
           const std::string& id) {
  const auto listing = std::ranges::find(listings, upstream, &catalogue::UpstreamListing::upstream);
  return listing != listings.end() &&
         std::ranges::find(listing->models, id, &catalogue::UpstreamModel::id) !=
             listing->models.end();
}

// True if calls go to the same place.
bool is_found_alike(const catalogue::UpstreamListing& a, const catalogue::UpstreamListing& b) {
  return a.api_root == b.api_root && a.upstream == b.upstream;
}

std::vector<catalogue::MissingUpstream> missing(
    std::span<const discovery::UpstreamSettings> upstreams,
    std::span<const catalogue::UpstreamListing> listings) {
  std::unordered_map<std::string_view, const catalogue::UpstreamListing*> by_name;
  for (const auto& listing : listings) by_name.emplace(listing.upstream, &listing);
  std::vector<catalogue::MissingUpstream> missing;
  for (const auto& upstream : upstreams) {
    const auto found = by_name.find(upstream.name);
    const auto* listing = found == by_name.end() ? nullptr : found->second;
    if (listing != nullptr && !has_no_list(*listing)) continue;
    auto& entry = missing.emplace_back(upstream.name);
    const bool is_known = listing != nullptr && !listing->models.empty();
    if (!is_known) entry.may_serve = upstream.models;
  }
  return missing;
}

}  // namespace

bool is_simulator(const discovery::UpstreamSettings& upstream) {
  return upstream.kind == simulator::kKind;
}

Publisher::Publisher(const Settings& settings, bool without_config)
    : settings_(settings),
      without_config_(without_config),
      simulator_token_(random_token()),
      published_(nullptr) {
  apply_settings();
  finish(make(begin()));
}

void Publisher::apply_settings() {
  models_ = std::make_shared<const std::vector<catalogue::ModelSettings>>(settings_.models);
  upstreams_ = std::make_shared<const std::vector<discovery::UpstreamSettings>>(upstreams());
  is_planned_ = false;
}

void Publisher::simulator_at(const net::Tcp::endpoint& endpoint) {
  simulator_url_ = "http://" + net::format_endpoint(endpoint);
  apply_settings();
}

void Publisher::take_found(std::vector<discovery::UpstreamSettings> found) {
  found_ = std::move(found);
  apply_settings();
}

std::vector<discovery::UpstreamSettings> Publisher::upstreams() const {
  auto upstreams = settings_.upstreams;
  upstreams.insert(upstreams.end(), found_.begin(), found_.end());
  if (without_config_ && upstreams.empty()) {
    auto& demo = upstreams.emplace_back();
    demo.name = "demo";
    demo.kind = simulator::kKind;
  }
  if (simulator_url_.empty()) std::erase_if(upstreams, is_simulator);
  for (auto& upstream : upstreams) {
    if (!is_simulator(upstream)) continue;
    upstream.url = simulator_url_;
    upstream.api_key = simulator_token_;
  }
  return upstreams;
}

bool Publisher::all_listed() const {
  const auto is_unknown = [](const catalogue::UpstreamListing& listing) {
    return listing.reach == catalogue::Reach::unknown;
  };
  return !is_due_ && !is_making_ && listings_.size() >= upstreams_->size() &&
         std::ranges::none_of(listings_, is_unknown);
}

void Publisher::listed(const std::string& upstream) {
  destinations_.listed(upstream, monotonic_now());
  if (unserved_.expire(monotonic_now())) publish();
}

std::vector<std::string> Publisher::silent() {
  const auto silence = settings_.calls.list_after_silence;
  if (silence.count() == 0) return {};
  return destinations_.silent(silence, monotonic_now());
}

void Publisher::not_served(const std::string& upstream, const std::string& id) {
  const auto until = monotonic_now() + settings_.discovery.not_served_for;
  if (!unserved_.add(upstream, id, until)) return;
  telemetry::log_warn("model not served", {{"upstream", upstream}, {"model", id}});
  publish();
}

void Publisher::take_listings(std::vector<catalogue::UpstreamListing> listings) {
  if (!unserved_.empty()) {
    for (const auto& listing : listings) {
      for (const auto& id : unserved_.of(listing.upstream)) {
        const bool is_new = !lists(listings_, listing.upstream, id);
        if (is_new && lists(listings, listing.upstream, id)) unserved_.forget(listing.upstream, id);
      }
    }
  }
  if (!std::ranges::equal(listings_, listings, is_found_alike)) is_planned_ = false;
  listings_ = std::move(listings);
  publish();
}

void Publisher::settings_changed() {
  unserved_.clear();  // the same names may now mean other upstreams
  apply_settings();
  publish();
}

void Publisher::publish() {
  is_due_ = true;
  if (on_due_) return on_due_();
  finish(make(begin()));
  static_cast<void>(take_unused());
}

Draft Publisher::begin() {
  is_due_ = false;
  is_making_ = true;
  for (auto& listing : listings_) listing.not_served = unserved_.of(listing.upstream);
  Draft draft{.models = models_,
              .upstreams = upstreams_,
              .listings = listings_,
              .destinations = {},
              .calls = settings_.calls,
              .list = settings_.list,
              .version = ++version_};
  if (!std::exchange(is_planned_, true)) {
    draft.destinations = destinations_.plan(*upstreams_, listings_, settings_.calls);
  }
  return draft;
}

void Publisher::finish(std::shared_ptr<const api::Published> next) {
  is_making_ = false;
  if (auto former = published_.load()) former_.push_back(std::move(former));
  published_.publish(std::move(next));
}

std::vector<std::shared_ptr<const api::Published>> Publisher::take_unused() {
  std::vector<std::shared_ptr<const api::Published>> unused;
  std::erase_if(former_, [&](auto& published) {
    if (published.use_count() > 1) return false;
    unused.push_back(std::move(published));
    return true;
  });
  return unused;
}

catalogue::Explanation Publisher::explain(std::string_view id) const {
  return catalogue::explain(id, settings_.models, listings_, catalogue::Classifier());
}

std::shared_ptr<const api::Published> Publisher::make(const Draft& draft) {
  auto published = std::make_shared<api::Published>();
  published->catalogue =
      catalogue::build(*draft.models, draft.listings, memo_.begin(), draft.version);
  memo_.end();
  published->settings = draft.list;
  if (draft.destinations) table_ = make_destinations(*draft.destinations, draft.calls);
  published->directory =
      std::make_shared<const gateway::Directory>(table_, published->catalogue->models());
  for (const auto& destination : table_->all()) destination.upstream->forget_unused();
  const catalogue::ListCache::Limits limits{
      .max_lists = static_cast<std::size_t>(draft.list.max_stored_lists),
      .max_bytes = static_cast<std::size_t>(draft.list.max_stored_bytes),
      .compress_above_bytes = static_cast<std::size_t>(draft.list.compress_above_bytes)};
  published->lists = std::make_shared<catalogue::ListCache>(
      published->catalogue, limits, missing(*draft.upstreams, draft.listings));
  return published;
}

}  // namespace weir::app
