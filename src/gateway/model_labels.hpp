/// The models that have metrics of their own: as many as keep `/metrics` below a megabyte.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/errc.hpp"
#include "catalogue/endpoint.hpp"

namespace weir::gateway {

/// Bounds the series that clients can cause by calling many models, for all threads together: what
/// a thread counts under a name of its own, every other one does as well.
///
/// Threads: any.
class ModelLabels {
 public:
  /// A series is a histogram of 2 to 3 KB in text.
  static constexpr std::size_t kMaxSeries = 320;
  /// Those of a model that is called without errors: durations, tokens in and out, time to the
  /// first token, time per token.
  static constexpr std::size_t kOfModel = 5;

  /// True if the model is counted under its own name at the endpoint, and not under `other`.
  [[nodiscard]] bool admits(catalogue::Endpoint endpoint, std::string_view model);
  /// The same for its calls that fail in this way.
  [[nodiscard]] bool admits(catalogue::Endpoint endpoint, std::string_view model, Errc error);

 private:
  using Key = std::tuple<catalogue::Endpoint, std::string, int>;  // an Errc; -1: none

  [[nodiscard]] bool admit(Key key, std::size_t series);

  std::mutex mutex_;
  std::set<Key> admitted_;
  std::size_t series_ = 0;
};

}  // namespace weir::gateway
