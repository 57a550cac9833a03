#include "gateway/failed_requests.hpp"

#include <functional>

namespace weir::gateway {
namespace {

constexpr std::size_t kEndBytes = 64 << 10;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return (a ^ b) * 0x9E3779B97F4A7C15 ^ a >> 29;
}

}  // namespace

std::uint64_t fingerprint(catalogue::Endpoint endpoint, std::string_view body) {
  constexpr std::hash<std::string_view> kHash;
  const auto head = kHash(body.substr(0, kEndBytes));
  const auto tail = body.size() > kEndBytes ? kHash(body.substr(body.size() - kEndBytes)) : 0;
  return mix(mix(head, tail), mix(body.size(), static_cast<std::uint64_t>(endpoint)));
}

bool FailedRequests::add(std::uint64_t request, upstream::Health& route, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[request % kRemembered];
  const bool is_known = entry.request == request && now - kLifetime < entry.at;
  if (!is_known) {
    entry = {.request = request, .route = route.weak_from_this(), .at = now};
    return false;
  }
  if (entry.is_at_fault) return true;
  const auto first = entry.route.lock();
  if (!first || first.get() == &route) return false;
  if (first->failures() > 1 || route.failures() > 0) return false;
  first->forgive(now);
  entry.is_at_fault = true;
  return true;
}

}  // namespace weir::gateway
