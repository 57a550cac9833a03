#include "app/lifecycle/publisher.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "app/process/memory.hpp"
#include "auth/random.hpp"
#include "catalogue/classify.hpp"
#include "codec/hex.hpp"
#include "simulator/settings.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr std::size_t kListBytes = 32 << 20;

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

}  // namespace

bool is_simulator(const discovery::UpstreamSettings& upstream) {
  return upstream.kind == simulator::kKind;
}

Publisher::Publisher(const Settings& settings, bool without_config)
    : settings_(settings),
      without_config_(without_config),
      simulator_token_(random_token()),
      published_(make()) {}

void Publisher::simulator_at(const net::Tcp::endpoint& endpoint) {
  simulator_url_ = "http://" + net::format_endpoint(endpoint);
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
  return listings_.size() >= upstreams().size() && std::ranges::none_of(listings_, is_unknown);
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
  for (const auto& listing : listings) {
    for (const auto& id : unserved_.of(listing.upstream)) {
      const bool is_new = !lists(listings_, listing.upstream, id);
      if (is_new && lists(listings, listing.upstream, id)) unserved_.forget(listing.upstream, id);
    }
  }
  listings_ = std::move(listings);
  publish();
}

void Publisher::settings_changed() {
  unserved_.clear();  // the same names may now mean other upstreams
  publish();
}

void Publisher::publish() {
  published_.publish(make());
  trim_heap();
}

catalogue::Explanation Publisher::explain(std::string_view id) const {
  return catalogue::explain(id, settings_.models, listings_, catalogue::Classifier());
}

std::vector<catalogue::MissingUpstream> Publisher::missing() const {
  std::vector<catalogue::MissingUpstream> missing;
  for (auto& upstream : upstreams()) {
    const auto listing =
        std::ranges::find(listings_, upstream.name, &catalogue::UpstreamListing::upstream);
    const bool is_known = listing != listings_.end() && !listing->models.empty();
    if (listing != listings_.end() && !has_no_list(*listing)) continue;
    auto& entry = missing.emplace_back(std::move(upstream.name));
    if (!is_known) entry.may_serve = std::move(upstream.models);
  }
  return missing;
}

std::shared_ptr<const api::Published> Publisher::make() {
  for (auto& listing : listings_) listing.not_served = unserved_.of(listing.upstream);
  // A local: its patterns take two milliseconds to compile and most of a MiB to keep, and lists
  // seldom change.
  const catalogue::Classifier classifier;
  auto published = std::make_shared<api::Published>();
  published->catalogue =
      catalogue::build(settings_.models, listings_, catalogue::judge_by(classifier), ++version_);
  published->settings = settings_.list;
  published->directory =
      destinations_.make(upstreams(), listings_, settings_.calls, published->catalogue->models());
  const catalogue::ListCache::Limits limits{
      .max_lists = static_cast<std::size_t>(settings_.list.max_stored_lists),
      .max_bytes = kListBytes,
      .compress_above_bytes = static_cast<std::size_t>(settings_.list.compress_above_bytes)};
  published->lists =
      std::make_shared<catalogue::ListCache>(published->catalogue, limits, missing());
  return published;
}

}  // namespace weir::app
