/// One thread's share of a histogram.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>

namespace weir::telemetry {

/// Counts observations until the metrics are next read: prometheus-cpp's own histogram takes a
/// mutex and four locked additions for each.
///
/// Cost:     about 30 instructions; no lock, and no write to memory that others write.
/// Threads:  observe: one; publish: any, one at a time.
/// Lifetime: owned by HistogramCells.
class HistogramCell {
 public:
  HistogramCell(prometheus::Histogram& histogram,
                const prometheus::Histogram::BucketBoundaries& boundaries);

  void observe(double value);
  /// Adds what was observed since the last time to the histogram.
  void publish();

 private:
  prometheus::Histogram& histogram_;
  const std::vector<double> boundaries_;            ///< upper ends, which belong to their buckets
  std::vector<std::atomic<std::uint64_t>> counts_;  ///< per bucket
  std::atomic<double> sum_ = 0;

  // Used by publish alone.
  std::vector<std::uint64_t> published_;
  double published_sum_ = 0;
};

/// The cells of a registry's histograms.
///
/// Threads: any.
class HistogramCells {
 public:
  /// A cell of the family's histogram with these labels. `family` outlives this.
  [[nodiscard]] HistogramCell& add(prometheus::Family<prometheus::Histogram>& family,
                                   const prometheus::Labels& labels,
                                   const prometheus::Histogram::BucketBoundaries& boundaries);
  void publish();

 private:
  std::mutex mutex_;
  std::deque<HistogramCell> cells_;
};

}  // namespace weir::telemetry
