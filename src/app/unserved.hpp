/// Models that upstreams were taken to serve, until they answered a call that they do not.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace weir::app {

/// Pure bookkeeping; entries are bounded by the routes that the catalogue has had in the time.
///
/// Threads: one owner. Lifetime: value type.
class UnservedModels {
 public:
  /// Until `until` the upstream does not serve its model `id`. Returns whether that is new.
  bool add(const std::string& upstream, const std::string& id, MonotonicTime until);

  /// Forgets what contradicts a newer word: the upstream now lists `id`.
  void forget(const std::string& upstream, const std::string& id);
  void clear() { until_.clear(); }

  /// Forgets what was true until before `now`. Returns whether there was any.
  bool expire(MonotonicTime now);

  [[nodiscard]] bool empty() const { return until_.empty(); }
  /// Sorted.
  [[nodiscard]] std::vector<std::string> of(const std::string& upstream) const;

 private:
  std::map<std::pair<std::string, std::string>, MonotonicTime> until_;  // by upstream and id
};

}  // namespace weir::app
