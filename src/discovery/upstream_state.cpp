#include "discovery/upstream_state.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace weir::discovery {
namespace {

using catalogue::ModelFacts;
using catalogue::UpstreamModel;

constexpr std::chrono::milliseconds kFirstBackoff{1'000};
constexpr int kMaxDoublings = 20;

// True if `known` has every fact of `said`, with the same value.
bool agrees(const ModelFacts& said, const ModelFacts& known) {
  ModelFacts both = said;
  both.fill_from(known);
  return both == known;
}

bool is_same_model(const UpstreamModel& next, const UpstreamModel& previous) {
  return next.base_id == previous.base_id && agrees(next.facts, previous.facts);
}

}  // namespace

void keep_classes(const catalogue::ModelRows& previous, std::span<UpstreamModel> next) {
  std::unordered_map<std::string_view, const UpstreamModel*> known;
  for (const auto& model : previous) known.emplace(model.id, &model);
  for (auto& model : next) {
    const auto found = known.find(model.id);
    if (model.model_class || found == known.end()) continue;
    if (is_same_model(model, *found->second)) model.model_class = found->second->model_class;
  }
}

std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds most) {
  const int doublings = std::clamp(failures - 1, 0, kMaxDoublings);
  return std::min(kFirstBackoff * (1 << doublings), std::max(most, kFirstBackoff));
}

void UpstreamState::succeeded(Listing listing, MonotonicTime now) {
  if (!listing.unanswered) {
    unanswered_since_.reset();
  } else {
    if (!unanswered_since_) unanswered_since_ = now;
    if (now - *unanswered_since_ < timing_.grace) {
      std::vector<UpstreamModel> next(listing.models.begin(), listing.models.end());
      keep_classes(listing_.models, next);
      listing.models = std::move(next);
    }
  }
  // Equal rows stay the same rows, so that whoever keeps them sees at a glance that they are.
  if (listing.models == listing_.models) listing.models = listing_.models;
  listing_ = std::move(listing);
  heard(now);
}

void UpstreamState::repeated(MonotonicTime now) { heard(now); }

void UpstreamState::heard(MonotonicTime now) {
  last_success_ = now;
  last_error_.reset();
  failures_ = 0;
  ask_at_ = now + timing_.interval;
}

bool UpstreamState::rejects(const Listing& listing, MonotonicTime now) const {
  const bool whole_is_known = last_success_ && !listing_.broken_off;
  return listing.broken_off && whole_is_known && reach(now) != catalogue::Reach::lost;
}

void UpstreamState::failed(Error error, MonotonicTime now) {
  last_error_ = std::move(error);
  if (failures_++ == 0) failing_since_ = now;
  ask_at_ = now + backoff(failures_, timing_.backoff_max);
}

void UpstreamState::could_not_ask(Error error, MonotonicTime now) {
  last_error_ = std::move(error);
  ask_at_ = now + kFirstBackoff;
}

MonotonicTime UpstreamState::grace_end() const { return failing_since_ + timing_.grace; }

MonotonicTime UpstreamState::wake_at(MonotonicTime now) const {
  return reach(now) == catalogue::Reach::failing ? std::min(ask_at_, grace_end()) : ask_at_;
}

std::chrono::nanoseconds UpstreamState::until_asked(MonotonicTime now) const {
  return std::max(ask_at_, now) - now;
}

bool UpstreamState::pending(MonotonicTime now) const {
  return reach(now) == catalogue::Reach::unknown && now < since_ + timing_.first_list;
}

catalogue::Reach UpstreamState::reach(MonotonicTime now) const {
  if (failures_ == 0) return last_success_ ? catalogue::Reach::up : catalogue::Reach::unknown;
  return now < grace_end() ? catalogue::Reach::failing : catalogue::Reach::lost;
}

}  // namespace weir::discovery
