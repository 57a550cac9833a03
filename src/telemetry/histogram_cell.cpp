#include "telemetry/histogram_cell.hpp"

#include <algorithm>
#include <utility>

namespace weir::telemetry {

using Boundaries = prometheus::Histogram::BucketBoundaries;

HistogramCell::HistogramCell(prometheus::Histogram& histogram, const Boundaries& boundaries)
    : histogram_(histogram),
      boundaries_(boundaries),
      counts_(boundaries.size() + 1),
      published_(boundaries.size() + 1) {}

// With one writer a load and a store do, without a locked addition.
void HistogramCell::observe(double value) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const auto bucket = std::ranges::lower_bound(boundaries_, value) - boundaries_.begin();
  auto& count = counts_[static_cast<std::size_t>(bucket)];
  count.store(count.load(kRelaxed) + 1, kRelaxed);
  sum_.store(sum_.load(kRelaxed) + value, kRelaxed);
}

void HistogramCell::publish() {
  std::vector<double> increments;
  increments.reserve(counts_.size());
  bool any = false;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto count = counts_[i].load(std::memory_order_relaxed);
    const auto more = count - std::exchange(published_[i], count);
    any = any || more > 0;
    increments.push_back(static_cast<double>(more));
  }
  if (!any) return;
  const double sum = sum_.load(std::memory_order_relaxed);
  histogram_.ObserveMultiple(increments, sum - std::exchange(published_sum_, sum));
}

HistogramCell& HistogramCells::add(prometheus::Family<prometheus::Histogram>& family,
                                   const prometheus::Labels& labels, const Boundaries& boundaries) {
  const std::lock_guard lock(mutex_);
  return cells_.emplace_back(family.Add(labels, boundaries), boundaries);
}

void HistogramCells::publish() {
  const std::lock_guard lock(mutex_);
  for (HistogramCell& cell : cells_) cell.publish();
}

}  // namespace weir::telemetry
