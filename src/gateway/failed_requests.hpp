/// Requests that made an upstream answer with an error of the server's. One that fails at two
/// routes is at fault itself, and must not have the routes refused to everybody.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.hpp"
#include "catalogue/endpoint.hpp"
#include "upstream/health.hpp"

namespace weir::gateway {

/// Equal for equal requests. Reads only the ends of a long body.
[[nodiscard]] std::uint64_t fingerprint(catalogue::Endpoint endpoint, std::string_view body);

/// Remembers the latest ones, whatever their number.
///
/// Cost:    server errors only.
/// Threads: any.
class FailedRequests {
 public:
  static constexpr std::size_t kRemembered = 256;
  static constexpr std::chrono::minutes kLifetime{1};

  /// True if `request` is at fault: it failed at another route before, and neither fails otherwise.
  /// The other route is then forgiven. Before the failure is reported to `route`.
  [[nodiscard]] bool add(std::uint64_t request, upstream::Health& route, MonotonicTime now);

 private:
  struct Entry {
    std::uint64_t request = 0;
    std::weak_ptr<upstream::Health> route = {};  ///< where it failed first
    MonotonicTime at = MonotonicTime::min();
    bool is_at_fault = false;
  };

  std::mutex mutex_;
  std::array<Entry, kRemembered> entries_;  ///< guarded by mutex_
};

}  // namespace weir::gateway
