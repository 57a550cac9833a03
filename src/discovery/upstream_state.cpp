#include "discovery/upstream_state.hpp"

#include <algorithm>

namespace weir::discovery {
namespace {

constexpr std::chrono::milliseconds kFirstBackoff{1'000};
constexpr int kMaxDoublings = 20;

}  // namespace

std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds most) {
  const int doublings = std::clamp(failures - 1, 0, kMaxDoublings);
  return std::min(kFirstBackoff * (1 << doublings), std::max(most, kFirstBackoff));
}

void UpstreamState::succeeded(std::vector<catalogue::UpstreamModel> models, MonotonicTime now) {
  models_ = std::move(models);
  last_success_ = now;
  last_error_.reset();
  failures_ = 0;
  ask_at_ = now + timing_.interval;
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

catalogue::Reach UpstreamState::reach(MonotonicTime now) const {
  if (failures_ == 0) return last_success_ ? catalogue::Reach::up : catalogue::Reach::unknown;
  return now < grace_end() ? catalogue::Reach::failing : catalogue::Reach::lost;
}

}  // namespace weir::discovery
