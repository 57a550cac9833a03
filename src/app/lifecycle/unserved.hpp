/// Models that upstreams were assumed to serve until they answered a call that they do not.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace weir::app {

/// Pure bookkeeping; the number of entries is bounded by the routes of the catalogue in that time.
///
/// Threads: one owner. Lifetime: value type.
class UnservedModels {
 public:
  /// Until `until` the upstream does not serve its model `id`. Returns true if that is new.
  bool add(const std::string& upstream, const std::string& id, MonotonicTime until);

  /// Removes an entry that a newer list contradicts: the upstream now lists `id`.
  void forget(const std::string& upstream, const std::string& id);
  void clear() { until_.clear(); }

  /// Removes entries that expired before `now`. Returns true if there were any.
  bool expire(MonotonicTime now);

  [[nodiscard]] bool empty() const { return until_.empty(); }
  /// Sorted.
  [[nodiscard]] std::vector<std::string> of(const std::string& upstream) const;

 private:
  std::map<std::pair<std::string, std::string>, MonotonicTime> until_;  // by upstream and id
};

}  // namespace weir::app
