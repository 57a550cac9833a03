/// Models that upstreams were taken to serve, until they answered a call that they do not.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace weir::app {

/// Pure bookkeeping; holds at most one entry per route of the catalogue.
///
/// Threads: one owner. Lifetime: value type.
class UnservedModels {
 public:
  /// Until `until` the upstream does not serve its model `id`. Returns whether that is new.
  bool add(const std::string& upstream, const std::string& id, MonotonicTime until);

  /// Forgets what was true until before `now`. Returns whether there was any.
  bool expire(MonotonicTime now);

  [[nodiscard]] std::vector<std::string> of(const std::string& upstream) const;

 private:
  std::map<std::pair<std::string, std::string>, MonotonicTime> until_;  // by upstream and id
};

}  // namespace weir::app
