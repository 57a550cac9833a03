/// Transfers the usage of calls from the I/O threads to the store: counted at once, written in
/// batches.
///
///     I/O thread: Cell (two tallies) --swap--> pending tally --batch--> store
///                 and a section of a file, which outlives the process
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/usage_store.hpp"
#include "telemetry/metrics.hpp"
#include "usage/journal.hpp"
#include "usage/journal_file.hpp"
#include "usage/tally.hpp"

namespace weir::usage {

inline constexpr telemetry::MetricRow kFlushFailures{
    "weir_usage_flush_failures_total", "counter", "",
    "Failed attempts to write usage to the store; the usage is kept and written later."};
inline constexpr telemetry::MetricRow kRowsPending{
    "weir_usage_rows_pending", "gauge", "",
    "Rows of usage (one per day, key and model) that the last flush could not write."};
inline constexpr telemetry::MetricRow kRequestsMerged{
    "weir_usage_requests_merged_total", "counter", "",
    "Requests counted without their model, because usage.max_pending_rows was reached."};

inline constexpr std::array kUsageMetrics{kFlushFailures, kRowsPending, kRequestsMerged};

class Recorder {
 public:
  /// One thread's counts.
  ///
  /// Cost:     well under 100 ns, and no allocation for a known day, key and model. Its lock is
  ///           held elsewhere only while two pointers are swapped.
  /// Threads:  any; intended for one.
  /// Lifetime: owned by the recorder.
  class alignas(64) Cell {
   public:
    /// Counts under `day`, the day of the call's request.
    void record(store::Day day, std::string_view key_id, std::string_view model,
                const store::UsageCounts& counts);

   private:
    friend class Recorder;
    explicit Cell(std::size_t max_rows) : tallies_{Tally(max_rows), Tally(max_rows)} {}
    /// From now on counts are of batch `next`; every one up to `stored` is in the store.
    [[nodiscard]] Tally& swap(std::uint64_t next, std::uint64_t stored);
    void set_stored(std::uint64_t stored);

    std::mutex mutex_;
    std::unique_ptr<JournalSection> section_;  ///< null: counts are in memory only
    std::uint64_t batch_ = 1;
    std::array<Tally, 2> tallies_;
    Tally* filling_ = &tallies_[0];
    Tally* draining_ = &tallies_[1];  ///< the flushing thread's
  };

  /// `max_rows` bounds waiting rows, as in Tally, per cell and for the pending tally. REQUIRES: >
  /// 0.
  Recorder(std::size_t max_rows, telemetry::Registry& registry);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Keeps what cells count in `file` until it is in the store; the cells beyond its sections are
  /// kept in memory only. Threads: start-up only, before any cell.
  void keep_in(JournalFile file);
  /// Threads: start-up only.
  [[nodiscard]] Cell& add_cell();
  /// Unique to this run of the process.
  [[nodiscard]] const std::string& writer() const { return batch_.writer; }

  /// Writes everything recorded so far. Rows that could not be written stay for the next time;
  /// after the last flush of a process they are in its file, if it has one. Logs when writing
  /// begins to fail and when it works again.
  ///
  /// Errors:  the store's.
  /// Threads: any, one at a time; waits for the store.
  [[nodiscard]] Result<> flush(store::UsageStore& store, WallTime now);

  /// After the last flush: removes the file if the store has everything. Returns whether what was
  /// not written is kept.
  [[nodiscard]] bool close_file();

 private:
  void collect();
  [[nodiscard]] Result<> write(store::UsageStore& store, WallTime now);
  void note_stored();
  void watch_file();
  [[nodiscard]] Result<> send(store::UsageStore& store);
  void fill_batch();
  void report(const Result<>& written);

  const std::size_t max_rows_;
  telemetry::Counter& flush_failures_;
  telemetry::Gauge& rows_pending_;
  telemetry::Counter& requests_merged_;
  std::vector<std::unique_ptr<Cell>> cells_;

  std::mutex mutex_;  ///< guards all below; never taken by record
  Tally pending_;
  /// The batch being written. Not empty after a failure: it may have been committed, so it is sent
  /// again unchanged, under its number.
  store::UsageBatch batch_;
  /// The batch that pending_ becomes.
  std::uint64_t next_ = 1;
  std::uint64_t stored_ = 0;  ///< the last batch in the store
  std::optional<JournalFile> file_;
  bool failing_ = false;
  bool is_file_failing_ = false;
};

}  // namespace weir::usage
