/// Faults of upstreams that an operator must mend: the account that Weir has there, or a model that
/// is listed and not served. Each is logged once, and shown by `weir upstreams` while it lasts.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.hpp"

namespace weir::gateway {

struct FaultNote {
  std::string model;  ///< the upstream's id; empty: all of its models
  std::string cause;  ///< a name of dialect::Fault
  int status = 0;     ///< of the last answer
  std::string code;   ///< the upstream's own code for it; may be empty
};

/// Cost:    errors only.
/// Threads: any.
class FaultNotes {
 public:
  /// A fault that was not seen for so long is over, and news if it returns.
  static constexpr std::chrono::minutes kLifetime{10};
  static constexpr std::size_t kMaxNotes = 1'000;

  /// True if it is news. Beyond kMaxNotes nothing is.
  [[nodiscard]] bool note(const std::string& upstream, const FaultNote& note, MonotonicTime now);

  /// The faults of an upstream that are not over, by cause and model.
  [[nodiscard]] std::vector<FaultNote> of(std::string_view upstream, MonotonicTime now) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  ///< upstream, cause, model
  struct Seen {
    MonotonicTime last;
    int status;
    std::string code;
  };

  mutable std::mutex mutex_;
  std::map<Key, Seen> seen_;  ///< guarded by mutex_
};

}  // namespace weir::gateway
