#include "gateway/model_labels.hpp"

#include <utility>

namespace weir::gateway {

bool ModelLabels::admits(catalogue::Endpoint endpoint, std::string_view model) {
  return admit({endpoint, std::string(model), -1}, kOfModel);
}

bool ModelLabels::admits(catalogue::Endpoint endpoint, std::string_view model, Errc error) {
  return admit({endpoint, std::string(model), static_cast<int>(error)}, 1);
}

bool ModelLabels::admit(Key key, std::size_t series) {
  const std::lock_guard lock(mutex_);
  if (admitted_.contains(key)) return true;
  if (series_ + series > kMaxSeries) return false;
  series_ += series;
  admitted_.insert(std::move(key));
  return true;
}

}  // namespace weir::gateway
