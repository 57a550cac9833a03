/// Writes lines to a file or standard output from a thread of its own, in batches.
///
/// An I/O thread only appends to memory under an uncontended lock; one `write` carries the lines of
/// up to `flush` milliseconds. A queue that wakes its writer per line costs more than answering a
/// request (docs/decisions/0005-access-log.md).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "telemetry/metrics.hpp"

namespace weir::telemetry {

inline constexpr MetricRow kLinesDropped{
    "weir_access_log_lines_dropped_total", "counter", "",
    "Access-log lines dropped because the log could not be written fast enough."};

class LineWriter {
 public:
  struct Settings {
    std::string path;  ///< "-" is standard output
    std::chrono::milliseconds flush;
    std::size_t buffer_bytes;  ///< per source; beyond it lines are dropped and counted
  };

  /// One thread's buffer of lines.
  /// Threads: one appends. Lifetime: owned by the writer.
  class Source {
   public:
    /// `line` includes its newline.
    void append(std::string_view line);

   private:
    friend class LineWriter;
    explicit Source(LineWriter& owner) : owner_(owner) {}
    LineWriter& owner_;
    std::mutex mutex_;
    std::string pending_;
  };

  /// Errors: config_invalid when the file cannot be opened.
  static Result<std::unique_ptr<LineWriter>> open(Settings settings, Registry& registry);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// Writes what is pending.
  ~LineWriter();

  /// Threads: start-up only.
  [[nodiscard]] Source& add_source();

  /// Reopens the file, after log rotation. On failure the old file stays.
  [[nodiscard]] Result<> reopen();

 private:
  LineWriter(Settings settings, int fd, Registry& registry);
  void run();
  void wake(bool urgently);
  void drain(std::string& batch);
  void write_all(std::string_view batch);

  const Settings settings_;
  std::vector<std::unique_ptr<Source>> sources_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool pending_ = false;
  bool urgent_ = false;  ///< a source has enough for a write: do not wait for the flush time
  bool stopping_ = false;
  Counter& dropped_;
  int fd_;
  std::thread thread_;
};

}  // namespace weir::telemetry
